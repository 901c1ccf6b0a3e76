// Runs a TypeScript file in a process of its own, compiled as jest compiles it. For tests that kill a process, or start
// one as another user. Usage: node run-ts.cjs FILE [ARGUMENT...]
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const process = require('node:process');
const { transformSync } = require('@swc/core');
require('./resolve-typescript.cjs');

const jsc = {
  target: 'es2022',
  parser: { syntax: 'typescript', decorators: true },
  transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
};

Module._extensions['.ts'] = (module, filename) => {
  const source = readFileSync(filename, 'utf8');
  const { code } = transformSync(source, { filename, jsc, module: { type: 'commonjs' }, swcrc: false });
  module._compile(code, filename, 'commonjs');
};

process.argv.splice(1, 1);
require(path.resolve(process.argv[1]));

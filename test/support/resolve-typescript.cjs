// Lets `./x.js` in a TypeScript file mean `./x.ts`. Jest maps it so in tests, but not in its global setup, and a process
// that a test starts has no jest at all.
const { existsSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  if (/^\.{1,2}\/.*\.js$/.test(request) && parent?.filename?.endsWith('.ts')) {
    const typescript = path.resolve(path.dirname(parent.filename), request.replace(/\.js$/, '.ts'));
    if (existsSync(typescript)) return typescript;
  }
  return resolveFilename.call(this, request, parent, ...rest);
};

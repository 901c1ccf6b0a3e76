// Measures the kit beside its peers from the registry, with the same bundler and settings, and prints a table for
// docs/kit/size.md. Usage: node scripts/kit-peers.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kB, sizeOf } from './bundle-size.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const PEERS = [
  { name: '@foothold/react', entry: join(root, 'client/kit/dist/index.js') },
  { name: '@frigade/react' },
  // Of no use without its core, a peer dependency.
  { name: '@onboardjs/react', others: ['@onboardjs/core'] },
  { name: '@flows/react' },
  { name: '@dopt/react' },
];

/** A folder of its own, so that none of them becomes a dependency of ours. */
const folder = mkdtempSync(join(tmpdir(), 'foothold-peers-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

writeFileSync(join(folder, 'package.json'), '{ "private": true }');
const names = PEERS.filter(({ entry }) => !entry).flatMap(({ name, others = [] }) => [name, ...others]);
const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
execFileSync('npm', ['install', ...options, ...names, 'react', 'react-dom'], { cwd: folder, stdio: 'inherit' });

const versionOf = (name) =>
  JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;
console.log('| package | version | everything it exports, min + gzip |\n| --- | --- | --- |');
for (const { name, entry, others = [] } of PEERS) {
  const source = [entry ?? name, ...others].map((module) => `export * from ${JSON.stringify(module)};`).join('');
  const version = entry ? 'this one' : [name, ...others].map(versionOf).join(' + ');
  const title = [name, ...others].map((one) => `\`${one}\``).join(' + ');
  console.log(`| ${title} | ${version} | ${kB(await sizeOf(source, entry ? root : folder)).toFixed(1)} kB |`);
}

// Builds the service (dist/) and the demo (client/demo/dist/) where their sources changed since the last build; with
// --always, in any case.
// The install and `npm start` call it, so that a clone runs without a build step of its own.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const TARGETS = [
  {
    sources: ['src', 'ormconfig.ts', 'tsconfig.json', 'nest-cli.json', 'package-lock.json'],
    stamp: 'dist/.build-stamp',
    needs: ['node_modules/@nestjs/cli/bin/nest.js', 'node_modules/typescript/package.json'],
    command: ['node_modules/@nestjs/cli/bin/nest.js', 'build'],
  },
  {
    sources: ['client/demo', 'client/kit/src', 'src/flow', 'package-lock.json'],
    stamp: 'client/demo/dist/.build-stamp',
    needs: ['node_modules/vite/bin/vite.js', 'node_modules/@mantine/core/package.json'],
    command: ['node_modules/vite/bin/vite.js', 'build', 'client/demo', '--logLevel', 'warn'],
  },
];
const LOCK = 'node_modules/.cache/foothold-build.lock';
const LOCK_POLL_MS = 100;
const LONGEST_BUILD_MS = 5 * 60_000;

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const always = process.argv.includes('--always');
const isWanted = (target) => always || isStale(target);
const wanted = TARGETS.filter(isWanted);
const possible = wanted.filter(isPossible);
if (possible.length < wanted.length) console.log('Not built: the development packages are not installed.');
if (possible.length) {
  await withLock(async () => {
    const codes = await Promise.all(possible.filter(isWanted).map(build));
    // The compilers have said why.
    if (codes.some((code) => code !== 0)) process.exit(1);
  });
}

function isPossible({ needs }) {
  return needs.every((file) => existsSync(file));
}

function isStale(target) {
  return !existsSync(target.stamp) || readFileSync(target.stamp, 'utf8') !== fingerprint(target);
}

/** Of the contents, not the times: a fresh clone's files are all new, and switching branches back is no change. */
function fingerprint({ sources }) {
  const hash = createHash('sha256');
  for (const file of sources.flatMap(filesUnder)) {
    hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/** What was built, or belongs to a package manager, is no source. */
function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => name !== 'dist' && name !== 'node_modules')
    .map(({ name }) => join(path, name))
    .sort()
    .flatMap(filesUnder);
}

/** Resolves to the compiler's exit code. */
async function build(target) {
  // Taken first: what is edited while the compiler runs is built the next time.
  const built = fingerprint(target);
  const compiler = spawn(process.execPath, target.command, {
    stdio: 'inherit',
    // Whatever runs it: jest says `test`, and what is bundled for that is larger and slower.
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const [code] = await once(compiler, 'exit');
  if (code === 0) writeFileSync(target.stamp, built);
  return code;
}

/** Two starts at once: the second waits for the first one's build. */
async function withLock(work) {
  mkdirSync(dirname(LOCK), { recursive: true });
  while (!tookLock()) {
    if (isAbandoned()) rmSync(LOCK, { force: true });
    else await sleep(LOCK_POLL_MS);
  }
  process.once('exit', () => rmSync(LOCK, { force: true }));
  await work();
}

function tookLock() {
  try {
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Its process is gone, or it is older than any build: process ids are used again, in containers at once. */
function isAbandoned() {
  try {
    if (Date.now() - statSync(LOCK).mtimeMs > LONGEST_BUILD_MS) return true;
    const holder = readFileSync(LOCK, 'utf8');
    return holder !== '' && !isRunning(Number(holder));
  } catch {
    return false; // released meanwhile
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

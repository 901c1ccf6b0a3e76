// Builds dist/ if its sources changed since the last build; with --always, in any case.
// The install and `npm start` call it, so that a clone runs without a build step of its own.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const SOURCES = ['src', 'ormconfig.ts', 'tsconfig.json', 'nest-cli.json', 'package-lock.json'];
const STAMP = 'dist/.build-stamp';
const LOCK = 'node_modules/.cache/foothold-build.lock';
const COMPILERS = ['node_modules/@nestjs/cli/bin/nest.js', 'node_modules/typescript/package.json'];
const LOCK_POLL_MS = 100;
const LONGEST_BUILD_MS = 5 * 60_000;

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const always = process.argv.includes('--always');
if (always || isStale()) {
  if (COMPILERS.every((file) => existsSync(file))) {
    await withLock(() => {
      if (always || isStale()) build();
    });
  } else {
    console.log('Not built: the development packages are not installed.');
  }
}

function isStale() {
  return !existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== fingerprint();
}

/** Of the contents, not the times: a fresh clone's files are all new, and switching branches back is no change. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap(filesUnder)) {
    hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function build() {
  // Taken first: what is edited while the compiler runs is built the next time.
  const built = fingerprint();
  try {
    execFileSync(process.execPath, [COMPILERS[0], 'build'], { stdio: 'inherit' });
  } catch {
    process.exit(1); // the compiler has said why
  }
  writeFileSync(STAMP, built);
}

/** Two starts at once: the second waits for the first one's build. */
async function withLock(work) {
  mkdirSync(dirname(LOCK), { recursive: true });
  while (!tookLock()) {
    if (isAbandoned()) rmSync(LOCK, { force: true });
    else await sleep(LOCK_POLL_MS);
  }
  process.once('exit', () => rmSync(LOCK, { force: true }));
  work();
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

import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { isAlive } from '../../../src/local/process-liveness.js';
import { eventually } from '../../support/eventually.js';
import { makeDataDir, removeDataDirs } from './support/data-dir.js';
import { freePort } from '../../support/free-port.js';
import { LocalProcess, REPOSITORY } from './support/local-process.js';

const BUILD_TIMEOUT_MS = 180_000;
const MAIN = [process.execPath, 'dist/src/local/main.js'];

let env: NodeJS.ProcessEnv;
let dataDir: string;
const running: LocalProcess[] = [];

function run(command: readonly string[] = MAIN, more: NodeJS.ProcessEnv = {}): LocalProcess {
  const local = LocalProcess.spawn(command, { ...env, ...more });
  running.push(local);
  return local;
}

const postmaster = (): number =>
  Number(readFileSync(path.join(dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);

/** Runs what was printed to be pasted, and gives the answers of the two calls. */
async function paste(output: string): Promise<any[]> {
  const lines = output.split('\n').filter((line) => /^ {2}(TOKEN=|curl )/.test(line));
  expect(lines).toHaveLength(3);
  const { stdout } = await promisify(execFile)('sh', ['-c', lines.join('; echo; ')]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

beforeAll(() => {
  execFileSync(process.execPath, ['scripts/build-if-stale.mjs'], { cwd: REPOSITORY, stdio: 'inherit' });
}, BUILD_TIMEOUT_MS);

beforeEach(async () => {
  dataDir = await makeDataDir();
  env = {
    FOOTHOLD_DATA_DIR: dataDir,
    PORT: String(await freePort()),
    LOCAL_AUTH0_PORT: String(await freePort()),
  };
});

afterEach(async () => {
  for (const local of running.splice(0)) {
    local.kill('SIGKILL');
    await local.end();
  }
  await removeDataDirs();
});

test('`npm start` with nothing set up says what is local, and what it prints to paste completes a step and passes the doctor', async () => {
  const local = run(['npm', 'start']);
  await local.printed('People:');
  expect(local.output).toMatch(/^Local run, not for production: PostgreSQL 18\.\d+ .* and an Auth0 stand-in/m);
  const [completed, read] = await paste(local.output);
  expect(completed).toMatchObject({ applied: true, currentStep: 'subscription', source: 'database' });
  expect(read).toMatchObject({ revision: completed.revision, subject: expect.stringMatching(/^auth0\|/) });
  const [, command] = /^Other commands on this run: (.*)$/m.exec(local.output) as unknown as [string, string];
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: REPOSITORY });
  expect(stdout).toMatch(/\b0 failed\b/);
  const server = postmaster();
  local.kill('SIGTERM');
  // npm itself ends at once; what it started follows.
  await local.end();
  await eventually(async () => !isAlive(server));
});

test('Ctrl-C, which arrives twice under npm, stops everything once and in order', async () => {
  const local = run();
  await local.printed('People:');
  const server = postmaster();
  local.kill('SIGINT');
  local.kill('SIGINT');
  expect(await local.end()).toBe(0);
  expect(local.output.match(/Stopping/g)).toHaveLength(1);
  await eventually(async () => !isAlive(server));
});

test('a signal during the start stops what was started so far', async () => {
  const local = run();
  await eventually(async () => (await readdir(dataDir)).some((name) => name.startsWith('postgres.init-')));
  local.kill('SIGTERM');
  expect(await local.end()).toBe(0);
  expect(local.output).not.toContain('listens');
  expect(() => postmaster()).toThrow('ENOENT');
});

test('after kill -9 the next start finds progress and the same people', async () => {
  const killed = run();
  await killed.printed('People:');
  const [before] = await paste(killed.output);
  killed.kill('SIGKILL');
  await killed.end();
  const next = run();
  await next.printed('People:');
  expect(next.output).toContain('found running');
  const [repeated, after] = await paste(next.output);
  expect(repeated).toMatchObject({ applied: true, revision: before.revision });
  expect(after).toMatchObject({ tenantId: before.tenantId, subject: before.subject, revision: before.revision });
  next.kill('SIGINT');
  expect(await next.end()).toBe(0);
});

test.each(['PORT', 'LOCAL_AUTH0_PORT'])('a %s in use is named, and nothing is left running', async (setting) => {
  const squatter = createServer().listen(Number(env[setting]), '127.0.0.1');
  await once(squatter, 'listening');
  const local = run();
  expect(await local.end()).toBe(1);
  expect(local.output).toContain(`Port ${env[setting]} is in use (${setting}).`);
  expect(() => postmaster()).toThrow('ENOENT');
  squatter.close();
});

test('in production nothing is local: the start is refused with the names of what is missing', async () => {
  const local = run(MAIN, { NODE_ENV: 'production' });
  expect(await local.end()).toBe(1);
  for (const name of [
    'DATABASE_URL',
    'AUTH0_DOMAIN',
    'AUTH0_AUDIENCE',
    'AUTH0_CLIENT_ID',
    'MIRROR_SEAL_KEY',
    'ERASURE_KEY',
    'FOOTHOLD_ENVIRONMENT',
  ])
    expect(local.output).toContain(`${name} is missing`);
  expect(await readdir(dataDir)).toEqual([]);
});

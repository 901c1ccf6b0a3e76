import { spawn, type ChildProcess } from 'node:child_process';
import { BuiltService } from '../support/built-service.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { MIRROR_SETTINGS } from '../support/mirror-settings.js';

const BUILD_MS = 120_000;
const LONGEST_START_MS = 30_000;
const LONGEST_STOP_MS = 15_000;
/** Complete, and of servers that are not there: the process is up and waits for them. */
const SETTINGS = {
  DATABASE_URL: 'postgres://foothold_app@127.0.0.1:1/none',
  AUTH0_DOMAIN: 'acme.invalid.auth0.com',
  AUTH0_AUDIENCE: 'https://api.acme.invalid',
  ...MIRROR_SETTINGS,
  AUTH0_CLIENT_SECRET: 'of-another-tenant',
  FOOTHOLD_ENVIRONMENT: 'staging',
  LOG_LEVEL: 'silent',
};

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

beforeAll(() => BuiltService.build(), BUILD_MS);

it.each(['SIGTERM', 'SIGINT'] as const)('O03: %s to "npm run start:prod" ends the service', async (signal) => {
  const port = await freePort();
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...SETTINGS, PORT: String(port) };
  // A group of its own, as under a supervisor: the signal goes to npm alone.
  const npm: ChildProcess = spawn('npm', ['run', 'start:prod'], { env, stdio: 'ignore', detached: true });
  const url = `http://127.0.0.1:${port}/health/live`;
  try {
    await eventually(() => answers(url), LONGEST_START_MS);
    npm.kill(signal);
    await eventually(() => Promise.resolve(npm.exitCode !== null || npm.signalCode !== null), LONGEST_STOP_MS);
    await eventually(async () => !(await answers(url)), LONGEST_STOP_MS);
  } finally {
    // What is left of the group.
    try {
      process.kill(-(npm.pid as number), 'SIGKILL');
    } catch {
      // Nothing is.
    }
  }
});

import { spawnSync } from 'node:child_process';
import { BuiltService } from '../support/built-service.js';
import { MIRROR_SETTINGS } from '../support/mirror-settings.js';

const BUILD_MS = 120_000;
const GOOD = {
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
  AUTH0_DOMAIN: 'acme.eu.auth0.com',
  AUTH0_AUDIENCE: 'https://api.acme.com',
  ...MIRROR_SETTINGS,
};

/** Starts the service as it is shipped; it must end by itself. */
function start(changes: NodeJS.ProcessEnv): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/src/main.js'], {
    env: { PATH: process.env['PATH'], ...GOOD, ...changes },
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { code: status, output: stdout + stderr };
}

beforeAll(() => BuiltService.build(), BUILD_MS);

describe('S45 a wrong domain setting stops the start', () => {
  test.each([
    ['missing', { AUTH0_DOMAIN: '' }, 'AUTH0_DOMAIN is missing'],
    ['malformed', { AUTH0_DOMAIN: 'https://https://acme.eu.auth0.com' }, 'AUTH0_DOMAIN: expected a bare host name'],
    ['the custom one', { AUTH0_DOMAIN: 'login.acme.com' }, 'AUTH0_DOMAIN: login.acme.com is a custom domain'],
    [
      'set twice',
      { AUTH0_CUSTOM_DOMAINS: 'acme.eu.auth0.com' },
      'AUTH0_CUSTOM_DOMAINS: acme.eu.auth0.com is AUTH0_DOMAIN',
    ],
  ])('%s: the variable is named, and no other domain is tried', (_what, changes, named) => {
    const { code, output } = start(changes);
    expect(code).toBe(1);
    expect(output.trim().split('\n')).toEqual([
      'Foothold cannot start with these settings:',
      expect.stringContaining(`  - ${named}`),
    ]);
  });
});

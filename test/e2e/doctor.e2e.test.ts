import { spawnSync } from 'node:child_process';
import { BuiltService } from '../support/built-service.js';

const BUILD_MS = 120_000;
const SECRETS = { AUTH0_CLIENT_SECRET: 'a-secret-that-is-not-told', MIRROR_SEAL_KEY: 'dG9vIHNob3J0IHRvIGJlIHNhZmU=' };

/** The command as `npm run doctor` starts it. */
function doctor(options: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, ['dist/src/doctor/doctor.cli.js', ...options], {
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
  });
}

beforeAll(() => BuiltService.build(), BUILD_MS);

test('with nothing set, it says what is missing and ends with 1', () => {
  const { status, stdout, stderr } = doctor([]);
  expect([status, stderr]).toEqual([1, '']);
  expect(stdout).toMatch(/^FAILED {2}settings: DATABASE_URL is missing .*\n {8}change: {3}DATABASE_URL$/m);
  expect(stdout).toMatch(
    /^skipped auth0\.audience: Not set, or unusable: AUTH0_DOMAIN, AUTH0_CLIENT_ID, AUTH0_CLIENT_SEC/m,
  );
  expect(stdout).toMatch(/\n\n2 ok, \d+ failed, \d+ skipped\.\n$/);
});

test('for machines it says the same as JSON, and no secret', () => {
  const { status, stdout } = doctor(['--json'], {
    DATABASE_URL: 'postgres://app:hidden@127.0.0.1:2/foothold',
    ...SECRETS,
  });
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Record<string, string>[] };
  expect([status, ok]).toEqual([1, false]);
  expect(findings).toContainEqual({
    check: 'database.connection',
    status: 'failed',
    summary: 'The database of DATABASE_URL cannot be used',
    found: expect.stringContaining('ECONNREFUSED'),
    expected: 'app can log in to foothold at 127.0.0.1:2',
    change: 'DATABASE_URL (host and port), or the database',
  });
  for (const secret of [...Object.values(SECRETS), 'hidden']) expect(stdout).not.toContain(secret);
});

test('called wrongly, it explains itself and ends with 2', () => {
  const { status, stdout, stderr } = doctor(['--everything']);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^Unknown option '--everything'[^]*npm run doctor -- \[--user ID\] \[--json\]/);
});

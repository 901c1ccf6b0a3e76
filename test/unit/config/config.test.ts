import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { loadConfig } from '../../../src/config/config.js';
import { SettingsError } from '../../../src/config/env.js';

const base64 = (bytes: number): string => randomBytes(bytes).toString('base64');

const PRODUCTION: NodeJS.ProcessEnv = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://foothold_app:secret@db.acme.com/foothold',
  AUTH0_DOMAIN: 'acme.eu.auth0.com',
  AUTH0_AUDIENCE: 'https://api.acme.com',
  AUTH0_CLIENT_ID: '4pEWpcfZ6iS2yrfX0mAuYvHFAXMPsJTC',
  AUTH0_CLIENT_SECRET: 'drawn by Auth0',
  FOOTHOLD_ENVIRONMENT: 'production',
  MIRROR_SEAL_KEY: base64(32),
};

/** Every complaint about PRODUCTION with these changes. */
function problemsOf(changes: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig({ ...PRODUCTION, ...changes });
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}

test('the Management API and its audience are on the canonical domain, also with a custom one', () => {
  const { auth0 } = loadConfig({ ...PRODUCTION, AUTH0_CUSTOM_DOMAIN: 'login.acme.com' });
  expect(auth0).toMatchObject({
    issuers: ['https://acme.eu.auth0.com/', 'https://login.acme.com/'],
    managementUrl: 'https://acme.eu.auth0.com/api/v2',
    managementAudience: 'https://acme.eu.auth0.com/api/v2/',
    client: { id: '4pEWpcfZ6iS2yrfX0mAuYvHFAXMPsJTC', secret: 'drawn by Auth0' },
    ratePlan: 'free',
  });
});

test('seal keys are the bytes that were given, and are not shown when the settings are printed', () => {
  const [current, previous] = [base64(32), base64(64)];
  const config = loadConfig({ ...PRODUCTION, MIRROR_SEAL_KEY: current, MIRROR_SEAL_KEY_PREVIOUS: previous });
  expect(config.mirror).toMatchObject({ environment: 'production', metadataField: 'app_metadata' });
  expect(config.mirror.sealKey.export().toString('base64')).toBe(current);
  expect(config.mirror.previousSealKey?.export().toString('base64')).toBe(previous);
  const printed = inspect(config, { depth: null }) + JSON.stringify(config);
  expect(printed).not.toContain(current);
});

test('outside production the environment is called local', () => {
  const { mirror } = loadConfig({ ...PRODUCTION, NODE_ENV: '', FOOTHOLD_ENVIRONMENT: '' });
  expect(mirror.environment).toBe('local');
});

test('production asks for every setting that a local run supplies, all at once', () => {
  const { NODE_ENV, ...others } = PRODUCTION;
  const nothing = Object.fromEntries(Object.keys(others).map((name) => [name, '']));
  expect(problemsOf({ ...nothing, NODE_ENV }).map((problem) => problem.replace(/ is missing.*/, ''))).toEqual(
    Object.keys(others),
  );
});

test.each([
  [{ MIRROR_SEAL_KEY: 'correct horse battery staple' }, /^MIRROR_SEAL_KEY: expected base64 .*; this is not base64$/],
  [{ MIRROR_SEAL_KEY: base64(31) }, /^MIRROR_SEAL_KEY: expected base64 of at least 32 random bytes.*; this has 31$/],
  [{ MIRROR_SEAL_KEY: 'A'.repeat(44) }, /^MIRROR_SEAL_KEY: .*; this is not random \(1 different bytes\)$/],
  [{ MIRROR_SEAL_KEY_PREVIOUS: 'short' }, /^MIRROR_SEAL_KEY_PREVIOUS: expected base64/],
  [
    { MIRROR_SEAL_KEY_PREVIOUS: PRODUCTION['MIRROR_SEAL_KEY'] },
    /^MIRROR_SEAL_KEY_PREVIOUS: .* same as MIRROR_SEAL_KEY/,
  ],
  [{ FOOTHOLD_ENVIRONMENT: 'Pre-Production' }, /^FOOTHOLD_ENVIRONMENT: expected .*; got "Pre-Production"$/],
  [{ FOOTHOLD_ENVIRONMENT: 'a'.repeat(17) }, /^FOOTHOLD_ENVIRONMENT: expected 1 to 16/],
  [{ FOOTHOLD_ENVIRONMENT: 'local' }, /^FOOTHOLD_ENVIRONMENT: "local" is for local runs/],
  [{ AUTH0_CLIENT_SECRET: 'local-only' }, /^AUTH0_CLIENT_SECRET: that of the local stand-in/],
  [{ AUTH0_METADATA: 'client_metadata' }, /^AUTH0_METADATA: .*app_metadata,user_metadata/],
  [{ AUTH0_RATE_PLAN: 'platinum' }, /^AUTH0_RATE_PLAN: .*free,essentials,professional,enterprise,enterprise-non-pr/],
])('%j is refused by name', (changes, message) => {
  expect(problemsOf(changes)).toEqual([expect.stringMatching(message)]);
});

test('a refused key is not repeated in the message', () => {
  const key = base64(31);
  expect(problemsOf({ MIRROR_SEAL_KEY: key }).join()).not.toContain(key);
});

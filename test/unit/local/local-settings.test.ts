import path from 'node:path';
import { readLocalSettings } from '../../../src/local/local-settings.js';

test('without any setting, database and Auth0 are local, side by side with the service’s port', () => {
  expect(readLocalSettings({})).toEqual({
    dataDir: path.resolve('.foothold'),
    postgres: true,
    standIn: expect.objectContaining({ port: 3001, audience: 'https://api.foothold.local' }) as unknown,
    sealKey: true,
    erasureKey: true,
  });
});

test('an empty variable counts as not set', () => {
  const empty = { DATABASE_URL: '', AUTH0_DOMAIN: '', PORT: '', LOCAL_AUTH0_PORT: '', FOOTHOLD_DATA_DIR: '' };
  expect(readLocalSettings(empty)).toEqual(readLocalSettings({}));
});

test('what is set is not local', () => {
  const database = readLocalSettings({ DATABASE_URL: 'postgres://a@b/c' });
  expect(database).toMatchObject({ postgres: false, standIn: { port: 3001 } });
  const auth0 = readLocalSettings({ AUTH0_DOMAIN: 'acme.eu.auth0.com', PORT: '70000' });
  expect(auth0).toMatchObject({ postgres: true, standIn: undefined, sealKey: true });
  expect(readLocalSettings({ MIRROR_SEAL_KEY: 'any' })).toMatchObject({ sealKey: false, erasureKey: true });
  expect(readLocalSettings({ ERASURE_KEY: 'any' })).toMatchObject({ sealKey: true, erasureKey: false });
});

test('ports, audience and data folder can be chosen', () => {
  const env = { PORT: '4000', AUTH0_AUDIENCE: 'https://api.acme.example', FOOTHOLD_DATA_DIR: '/srv/foothold' };
  expect(readLocalSettings(env)).toEqual({
    dataDir: '/srv/foothold',
    postgres: true,
    standIn: expect.objectContaining({ port: 4001, audience: 'https://api.acme.example' }) as unknown,
    sealKey: true,
    erasureKey: true,
  });
  expect(readLocalSettings({ LOCAL_AUTH0_PORT: '5000' }).standIn?.port).toBe(5000);
});

test('what the post-login Action must know is handed to the stand-in', () => {
  const env = { AUTH0_METADATA: 'user_metadata', FOOTHOLD_ENVIRONMENT: '' };
  expect(readLocalSettings(env).standIn?.actionSecrets).toEqual({ AUTH0_METADATA: 'user_metadata' });
});

test('the stand-in has the service’s rate plan, and lets people log in from its front ends', () => {
  const { standIn } = readLocalSettings({
    AUTH0_RATE_PLAN: 'professional',
    CORS_ORIGINS: 'http://localhost:8080, http://localhost:8081',
  });
  expect(standIn?.ratePlan).toBe('professional');
  expect(standIn?.appOrigins).toEqual(
    expect.arrayContaining([
      'http://localhost:3000',
      'http://localhost:5173',
      'http://localhost:8080',
      'http://localhost:8081',
    ]),
  );
});

test('production has no local part, however little is set', () => {
  expect(readLocalSettings({ NODE_ENV: 'production' })).toMatchObject({
    postgres: false,
    standIn: undefined,
    sealKey: false,
    erasureKey: false,
  });
});

test.each([
  [{ AUTH0_CUSTOM_DOMAINS: 'login.acme.com' }, 'AUTH0_DOMAIN is missing, while AUTH0_CUSTOM_DOMAINS is set'],
  [{ AUTH0_CLIENT_ID: 'abc' }, 'AUTH0_DOMAIN is missing, while AUTH0_CLIENT_ID is set'],
  [{ AUTH0_CLIENT_SECRET: 'abc' }, 'AUTH0_DOMAIN is missing, while AUTH0_CLIENT_SECRET is set'],
  [{ MIRROR_SEAL_KEY_PREVIOUS: 'x' }, 'MIRROR_SEAL_KEY is missing, while MIRROR_SEAL_KEY_PREVIOUS is set'],
  [{ DATABASE_MIGRATION_URL: 'postgres://a@b/c' }, 'DATABASE_URL is missing, while DATABASE_MIGRATION_URL is set'],
  [{ PORT: 'eighty' }, 'PORT: expected a port number from 1 to 65535, got "eighty"'],
  [{ PORT: '65535' }, 'LOCAL_AUTH0_PORT: expected a port number from 1 to 65535, got "65536"'],
  [{ PORT: '3000', LOCAL_AUTH0_PORT: '3000' }, 'LOCAL_AUTH0_PORT: must differ from PORT (3000)'],
])('%j is refused by name', (env, message) => {
  expect(() => readLocalSettings(env)).toThrow(message);
});

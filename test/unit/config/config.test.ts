import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { loadConfig } from '../../../src/config/config.js';
import { SettingsError } from '../../../src/config/env.js';

const base64 = (bytes: number): string => randomBytes(bytes).toString('base64');

const PRODUCTION: NodeJS.ProcessEnv = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://foothold_app:secret@db.acme.com/foothold?sslmode=verify-full',
  AUTH0_DOMAIN: 'acme.eu.auth0.com',
  AUTH0_AUDIENCE: 'https://api.acme.com',
  AUTH0_CLIENT_ID: '4pEWpcfZ6iS2yrfX0mAuYvHFAXMPsJTC',
  AUTH0_CLIENT_SECRET: 'drawn-by-Auth0',
  FOOTHOLD_ENVIRONMENT: 'production',
  MIRROR_SEAL_KEY: base64(32),
  ERASURE_KEY: base64(32),
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
  const { auth0 } = loadConfig({ ...PRODUCTION, AUTH0_CUSTOM_DOMAINS: 'login.acme.com' });
  expect(auth0).toMatchObject({
    issuers: ['https://acme.eu.auth0.com/', 'https://login.acme.com/'],
    managementUrl: 'https://acme.eu.auth0.com/api/v2',
    managementAudience: 'https://acme.eu.auth0.com/api/v2/',
    client: { id: '4pEWpcfZ6iS2yrfX0mAuYvHFAXMPsJTC', secret: 'drawn-by-Auth0' },
    ratePlan: 'free',
  });
});

test('C16: every custom domain is an issuer, and each wrong entry is named', () => {
  const { auth0 } = loadConfig({ ...PRODUCTION, AUTH0_CUSTOM_DOMAINS: 'login.acme.com, login.acme-labs.com,' });
  expect(auth0.issuers).toEqual([
    'https://acme.eu.auth0.com/',
    'https://login.acme.com/',
    'https://login.acme-labs.com/',
  ]);
  const wrong = 'login.acme.com,login.acme.com,acme.eu.auth0.com,globex.us.auth0.com';
  expect(problemsOf({ AUTH0_CUSTOM_DOMAINS: wrong })).toEqual([
    expect.stringMatching(/^AUTH0_CUSTOM_DOMAINS: login.acme.com is listed twice/),
    expect.stringMatching(/^AUTH0_CUSTOM_DOMAINS: acme.eu.auth0.com is AUTH0_DOMAIN itself/),
    expect.stringMatching(/^AUTH0_CUSTOM_DOMAINS: globex.us.auth0.com is a canonical domain/),
  ]);
  const swapped = { AUTH0_DOMAIN: 'login.acme.com', AUTH0_CUSTOM_DOMAINS: 'login.acme-labs.com,acme.eu.auth0.com' };
  expect(problemsOf(swapped)).toEqual([
    expect.stringMatching(/^AUTH0_DOMAIN and AUTH0_CUSTOM_DOMAINS are swapped: acme.eu.auth0.com is the canonical/),
  ]);
  expect(problemsOf({ AUTH0_CUSTOM_DOMAINS: 'login.acme.com,https://login.b.com' })).toEqual([
    expect.stringMatching(/^AUTH0_CUSTOM_DOMAINS: .*got "https:\/\/login.b.com": write login.b.com/),
  ]);
});

test('C16: the old name for one custom domain stops the start and names the new one', () => {
  expect(problemsOf({ AUTH0_CUSTOM_DOMAIN: 'login.acme.com' })).toEqual([
    expect.stringMatching(/^AUTH0_CUSTOM_DOMAIN is now AUTH0_CUSTOM_DOMAINS/),
  ]);
  expect(problemsOf({ AUTH0_CUSTOM_DOMAIN: '' })).toEqual([]);
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
  const { mirror } = loadConfig({ ...PRODUCTION, NODE_ENV: 'development', FOOTHOLD_ENVIRONMENT: '' });
  expect(mirror.environment).toBe('local');
});

test('C12: allowed headers are a list of names, in lower case and each once', () => {
  const { http } = loadConfig({ ...PRODUCTION, CORS_ALLOWED_HEADERS: ' Sentry-Trace, x-b3-traceid,,sentry-trace ' });
  expect(http.corsAllowedHeaders).toEqual(['sentry-trace', 'x-b3-traceid']);
  expect(loadConfig(PRODUCTION).http.corsAllowedHeaders).toEqual([]);
});

test('A03: metrics and detailed health are served on request only, and by default to this host only', () => {
  expect(loadConfig(PRODUCTION).http.management).toBeUndefined();
  const { http } = loadConfig({ ...PRODUCTION, HOST: '0.0.0.0', MANAGEMENT_PORT: '9464' });
  expect(http.management).toEqual({ host: '127.0.0.1', port: 9464 });
  expect(problemsOf({ MANAGEMENT_PORT: '3000' })).toEqual([expect.stringMatching(/^MANAGEMENT_PORT: .*same as PORT/)]);
});

test('A03: trusted proxies are a list of addresses and networks', () => {
  const { http } = loadConfig({ ...PRODUCTION, TRUSTED_PROXIES: ' 10.0.0.0/8, 127.0.0.1,, fd00::/8 ' });
  expect(http.trustedProxies).toEqual(['10.0.0.0/8', '127.0.0.1', 'fd00::/8']);
  expect(loadConfig(PRODUCTION).http.trustedProxies).toEqual([]);
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
  [{ ERASURE_KEY: '' }, /^ERASURE_KEY is missing/],
  [{ ERASURE_KEY: PRODUCTION['MIRROR_SEAL_KEY'] }, /^ERASURE_KEY: .* same as a key that seals mirrors/],
  [
    { MIRROR_SEAL_KEY_PREVIOUS: PRODUCTION['MIRROR_SEAL_KEY'] },
    /^MIRROR_SEAL_KEY_PREVIOUS: .* same as MIRROR_SEAL_KEY/,
  ],
  [{ CORS_ALLOWED_HEADERS: '*' }, /^CORS_ALLOWED_HEADERS: .* got "\*": .* does not let Authorization in$/],
  [{ CORS_ALLOWED_HEADERS: 'sentry-trace,x-datadog-*' }, /^CORS_ALLOWED_HEADERS: .* got "x-datadog-\*": browsers/],
  [{ CORS_ALLOWED_HEADERS: 'sentry trace' }, /^CORS_ALLOWED_HEADERS: expected header names .*; got "sentry trace"$/],
  [{ CORS_ALLOWED_HEADERS: 'sentry-trace: x' }, /^CORS_ALLOWED_HEADERS: expected .*; got "sentry-trace: x"$/],
  [{ TRUSTED_PROXIES: 'proxy.acme.com' }, /^TRUSTED_PROXIES: expected addresses or networks .*; got "proxy.acme.com"$/],
  [{ TRUSTED_PROXIES: '10.0.0.1, 0.0.0.0/0' }, /^TRUSTED_PROXIES: .*; got "0.0.0.0\/0"$/],
  [{ TRUSTED_PROXIES: '10.0.0.0/33' }, /^TRUSTED_PROXIES: .*; got "10.0.0.0\/33"$/],
  [{ TRUSTED_PROXIES: '10.0.0.0/8/8' }, /^TRUSTED_PROXIES: /],
  [{ TRUSTED_PROXIES: '*' }, /^TRUSTED_PROXIES: /],
  [{ FOOTHOLD_ENVIRONMENT: 'Pre-Production' }, /^FOOTHOLD_ENVIRONMENT: expected .*; got "Pre-Production"$/],
  [{ FOOTHOLD_ENVIRONMENT: 'a'.repeat(17) }, /^FOOTHOLD_ENVIRONMENT: expected 1 to 16/],
  [{ FOOTHOLD_ENVIRONMENT: 'local' }, /^FOOTHOLD_ENVIRONMENT: "local" is for local runs/],
  [{ AUTH0_CLIENT_ID: 'abc@clients' }, /^AUTH0_CLIENT_ID: abc@clients is the subject of .* without @clients$/],
  [{ AUTH0_CLIENT_SECRET: PRODUCTION['AUTH0_CLIENT_ID'] }, /^AUTH0_CLIENT_SECRET: it is the same as AUTH0_CLIENT_ID/],
  [{ AUTH0_CLIENT_SECRET: 'copied with a\n' }, /^AUTH0_CLIENT_SECRET: expected no white space; it has some/],
  [{ DATABASE_POOL_SIZE: '1' }, /^DATABASE_POOL_SIZE: expected a whole number of at least 2, got 1$/],
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

describe('an Auth0 domain', () => {
  const CANONICAL = 'acme.eu.auth0.com';

  test.each([
    ['https://https://acme.eu.auth0.com', CANONICAL],
    ['https://acme.eu.auth0.com/', CANONICAL],
    ['acme.eu.auth0.com:443', CANONICAL],
    ['acme.eu.auth0.com/api/v2/', CANONICAL],
    ['acme.eu.auth0.com.', CANONICAL],
    [' Acme.eu.auth0.com', CANONICAL],
    ['http://localhost:3001/', undefined],
    ['https://localhost:3001', undefined],
    ['undefined', undefined],
    ['acme', undefined],
    ['${AUTH0_DOMAIN}', undefined],
  ])('written as "%s" is refused, for the canonical and for the custom one', (value, remedy) => {
    for (const name of ['AUTH0_DOMAIN', 'AUTH0_CUSTOM_DOMAINS']) {
      const [problem, ...more] = problemsOf({ [name]: value });
      expect(problem).toContain(`${name}: expected a bare host name such as acme.eu.auth0.com`);
      // Entries of a list may have spaces around them.
      const got = name === 'AUTH0_DOMAIN' ? value : value.trim();
      expect(problem).toContain(`got "${got}": ${remedy ? `write ${remedy}` : 'copy it'}`);
      expect(more).toEqual([]);
    }
  });

  test.each([
    [
      { AUTH0_DOMAIN: 'login.acme.com' },
      /^AUTH0_DOMAIN: login.acme.com is a custom domain and belongs into AUTH0_CUSTOM_DOMAINS/,
    ],
    [
      { AUTH0_DOMAIN: 'login.acme.com', AUTH0_CUSTOM_DOMAINS: CANONICAL },
      /^AUTH0_DOMAIN and AUTH0_CUSTOM_DOMAINS are swapped: acme.eu.auth0.com is the canonical/,
    ],
    [
      { AUTH0_CUSTOM_DOMAINS: CANONICAL },
      /^AUTH0_CUSTOM_DOMAINS: acme.eu.auth0.com is AUTH0_DOMAIN itself; leave it out/,
    ],
    [
      { AUTH0_CUSTOM_DOMAINS: 'globex.auth0.com' },
      /^AUTH0_CUSTOM_DOMAINS: globex.auth0.com is a canonical domain, of ano/,
    ],
    [
      { NODE_ENV: 'development', AUTH0_CUSTOM_DOMAINS: 'http://127.0.0.1:3001' },
      /^AUTH0_CUSTOM_DOMAINS: .* cannot be of one tenant/,
    ],
    [
      { NODE_ENV: 'development', AUTH0_DOMAIN: 'http://127.0.0.1:3001' },
      /^AUTH0_DOMAIN: .* custom domain .* http:\/\/localhost:PORT/,
    ],
    [{ AUTH0_DOMAIN: 'http://localhost:3001' }, /^AUTH0_DOMAIN: the local stand-in .* with NODE_ENV=production$/],
  ])('in the wrong place is refused: %j', (changes, message) => {
    expect(problemsOf(changes)).toEqual([expect.stringMatching(message)]);
  });
});

test.each([
  'https://acme.eu.auth0.com/api/v2/',
  'https://login.acme.com/api/v2/',
  'https://globex.us.auth0.com/userinfo',
  'acme.eu.auth0.com',
  'https://acme.eu.auth0.com/',
])('the audience %s is Auth0’s own and refused', (audience) => {
  expect(problemsOf({ AUTH0_CUSTOM_DOMAINS: 'login.acme.com', AUTH0_AUDIENCE: audience })).toEqual([
    expect.stringMatching(/^AUTH0_AUDIENCE: .* belongs to Auth0 itself/),
  ]);
});

test('malformed, missing and contradictory settings are all told at once', () => {
  const problems = problemsOf({
    DATABASE_URL: '',
    AUTH0_CUSTOM_DOMAINS: 'https://x.com',
    AUTH0_DOMAIN: 'login.acme.com',
  });
  expect(problems.map((problem) => problem.split(/[: ]/)[0]).sort()).toEqual([
    'AUTH0_CUSTOM_DOMAINS',
    'AUTH0_DOMAIN',
    'DATABASE_URL',
  ]);
});

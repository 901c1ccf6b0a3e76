import { randomBytes } from 'node:crypto';
import { loadConfig } from '../../../src/config/config.js';
import { migrationUrlFromEnv, SettingsError } from '../../../src/config/env.js';

const key = (): string => randomBytes(32).toString('base64');
const REMOTE = 'postgres://foothold_app:secret@db.acme.com/foothold';
const VERIFIED = `${REMOTE}?sslmode=verify-full`;

/** The environment of a process without NODE_ENV. */
const SETTINGS: NodeJS.ProcessEnv = {
  DATABASE_URL: VERIFIED,
  AUTH0_DOMAIN: 'acme.eu.auth0.com',
  AUTH0_AUDIENCE: 'https://api.acme.com',
  AUTH0_CLIENT_ID: '4pEWpcfZ6iS2yrfX0mAuYvHFAXMPsJTC',
  AUTH0_CLIENT_SECRET: 'drawn-by-Auth0',
  FOOTHOLD_ENVIRONMENT: 'production',
  MIRROR_SEAL_KEY: key(),
  ERASURE_KEY: key(),
};

function problemsOf(changes: NodeJS.ProcessEnv, work: (env: NodeJS.ProcessEnv) => unknown = loadConfig): string[] {
  try {
    work({ ...SETTINGS, ...changes });
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return [...error.problems];
    throw error;
  }
}
const database = (query: string): string[] => problemsOf({ DATABASE_URL: `${REMOTE}${query}` });

it('A14: without NODE_ENV the restrictions of production hold', () => {
  expect(problemsOf({})).toEqual([]);
  expect(problemsOf({ AUTH0_DOMAIN: 'http://localhost:3001' })).toEqual([expect.stringMatching(/^AUTH0_DOMAIN: /)]);
  expect(problemsOf({ FOOTHOLD_ENVIRONMENT: '' })).toEqual([expect.stringMatching(/^FOOTHOLD_ENVIRONMENT is missing/)]);
});

it.each(['', '?sslmode=disable', '?sslmode=prefer', '?sslmode=allow', '?sslmode=Verify-Full', '?ssl=0', '?ssl=false'])(
  'A14: a remote database with "%s" is refused in production, naming setting and remedy',
  (query) => {
    expect(database(query)).toEqual([
      expect.stringMatching(/^DATABASE_URL: .*plaintext.*sslmode=verify-full.*DATABASE_TLS=off/),
    ]);
  },
);

it.each(['?sslmode=no-verify', '?ssl=no-verify', '?sslmode=require&uselibpqcompat=true'])(
  'A14: "%s" proves no server, and needs DATABASE_TLS=unverified',
  (query) => {
    expect(database(query)).toEqual([
      expect.stringMatching(/^DATABASE_URL: .*nothing proves which server answers.*DATABASE_TLS=unverified/),
    ]);
    for (const level of ['unverified', 'off']) {
      expect(problemsOf({ DATABASE_URL: `${REMOTE}${query}`, DATABASE_TLS: level })).toEqual([]);
    }
  },
);

it.each(['?sslmode=verify-full', '?sslmode=require', '?sslmode=verify-ca', '?ssl=true'])(
  'A14: "%s" is verified by the driver',
  (query) => expect(database(query)).toEqual([]),
);

it.each([
  'postgres://foothold_app:x@localhost/foothold',
  'postgres://foothold_app:x@127.0.0.1:5433/foothold?sslmode=disable',
  'postgres://foothold_app:x@[::1]/foothold',
  'postgres://foothold_app:x@%2Fvar%2Frun%2Fpostgresql/foothold',
  'postgres:///foothold?host=/var/run/postgresql',
])('A14: %s stays on the machine', (url) => expect(problemsOf({ DATABASE_URL: url })).toEqual([]));

it.each([
  'postgres://foothold_app:x@localhost/foothold?host=db.acme.com',
  'postgres:///foothold',
  'postgres://foothold_app:x@localhost.acme.com/foothold',
  'postgres://foothold_app:x@127.0.0.1.acme.com/foothold',
  'postgres://foothold_app:x@10.0.0.7/foothold',
])('A14: %s may lead to another machine', (url) => {
  expect(problemsOf({ DATABASE_URL: url })).toEqual([expect.stringMatching(/^DATABASE_URL: /)]);
});

it('A14: the connections for migrations and LISTEN are judged in the same way, also by commands', () => {
  const both = problemsOf({ DATABASE_MIGRATION_URL: REMOTE, DATABASE_LISTEN_URL: REMOTE });
  expect(both.map((problem) => problem.split(':')[0])).toEqual(['DATABASE_MIGRATION_URL', 'DATABASE_LISTEN_URL']);
  const migrating = (changes: NodeJS.ProcessEnv) => problemsOf(changes, migrationUrlFromEnv);
  expect(migrating({ DATABASE_MIGRATION_URL: REMOTE })).toEqual([expect.stringMatching(/^DATABASE_MIGRATION_URL: /)]);
  expect(migrating({ DATABASE_MIGRATION_URL: REMOTE, DATABASE_TLS: 'off' })).toEqual([]);
  expect(migrating({ DATABASE_MIGRATION_URL: REMOTE, DATABASE_TLS: 'never' })).toEqual([
    expect.stringMatching(/^DATABASE_TLS: /),
  ]);
  expect(migrating({ DATABASE_MIGRATION_URL: REMOTE, NODE_ENV: 'development' })).toEqual([]);
});

it('A14: what turns protection off for the whole process or its front ends is refused in production only', () => {
  const unsafe = { NODE_TLS_REJECT_UNAUTHORIZED: '0', CORS_ORIGINS: 'http://app.acme.com,http://localhost:5173' };
  expect(problemsOf(unsafe)).toEqual([
    expect.stringMatching(/^NODE_TLS_REJECT_UNAUTHORIZED: .*NODE_EXTRA_CA_CERTS/),
    expect.stringMatching(/^CORS_ORIGINS: pages of http:\/\/app\.acme\.com .*https/),
  ]);
  expect(problemsOf({ ...unsafe, NODE_ENV: 'development', DATABASE_URL: REMOTE })).toEqual([]);
});

import { createSecretKey, type KeyObject } from 'node:crypto';
import { bool, customCleanEnv, EnvMissingError, num, port, str, type CleanedEnv } from 'envalid';
import { tlsFault, TLS_LEVELS } from './database-tls.js';
import { METADATA_FIELDS } from './metadata-field.js';
import { RATE_PLANS } from './rate-plan.js';
import {
  atLeastOne,
  attesters,
  auth0Domain,
  auth0Domains,
  environmentName,
  headerNames,
  identifier,
  origins,
  positive,
  postgresUrl,
  proxies,
  sealKey,
  secret,
  wholeNumber,
} from './validators.js';

/**
 * The only reader of `process.env`: names, shapes and defaults of every setting the service has.
 * What the values mean together is decided in `config.ts`.
 */
export type Env = CleanedEnv<typeof SETTINGS>;

/** The start was refused because of the settings; the message names every variable at fault and what it should hold. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`Foothold cannot start with these settings:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

const SETTINGS = {
  NODE_ENV: str({ choices: ['development', 'test', 'production'] }),
  HOST: str({ default: '127.0.0.1', desc: 'address to listen on' }),
  PORT: port({ default: 3000, desc: 'port of the service' }),
  MAX_CONNECTIONS: wholeNumber({ default: 5_000, desc: 'connections that the process keeps open at once' }),
  MANAGEMENT_HOST: str({ default: '127.0.0.1', desc: 'address of the management port' }),
  MANAGEMENT_PORT: port({ default: undefined, desc: 'port for /metrics and the detailed /health; unset: not served' }),
  LOG_LEVEL: str({ choices: ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'], default: 'info' }),
  CORS_ORIGINS: origins({ default: [], desc: 'origins of web front ends, comma-separated' }),
  CORS_ALLOWED_HEADERS: headerNames({
    default: [],
    desc: 'further request headers of web front ends, comma-separated',
  }),
  TRUSTED_PROXIES: proxies({
    default: [],
    desc: 'addresses or networks of the proxies whose X-Forwarded-For is believed, comma-separated',
  }),
  RATE_LIMIT_BURST: atLeastOne({ default: 100, desc: 'requests one subject may send at once' }),
  RATE_LIMIT_PER_SECOND: positive({ default: 20, desc: 'requests per second one subject may keep up' }),
  IMPERSONATED_WRITES: str({
    choices: ['allowed', 'refused'],
    default: 'allowed',
    desc: 'whether a token with the claim "act" may change anything',
  }),
  DATABASE_URL: postgresUrl({ desc: 'connection of the role foothold_app' }),
  DATABASE_MIGRATION_URL: postgresUrl({
    default: undefined,
    desc: 'connection of the owning role, for migrations',
  }),
  DATABASE_LISTEN_URL: postgresUrl({
    default: undefined,
    desc: 'direct connection for LISTEN, where a pooler is in front of DATABASE_URL',
  }),
  DATABASE_TLS: str({
    choices: TLS_LEVELS,
    default: 'verified',
    desc: 'what connections to a remote database must prove in production',
  }),
  DATABASE_POOL_SIZE: num({ default: 5, desc: 'connections per process' }),
  DATABASE_POOLER: bool({ default: false, desc: 'true behind a transaction-mode pooler such as pgbouncer' }),
  AUTH0_DOMAIN: auth0Domain({ desc: 'canonical tenant domain, such as acme.eu.auth0.com' }),
  AUTH0_CUSTOM_DOMAINS: auth0Domains({ default: [], desc: 'login domains, comma-separated' }),
  AUTH0_AUDIENCE: identifier({ desc: 'identifier of the API in Auth0' }),
  ATTESTERS: attesters({
    default: new Map(),
    desc: 'client ids of the senders that flows name, as billing:<client id>+<client id>,provisioner:<client id>',
  }),
  ACCESS_TOKEN_MAX_HOURS: positive({ default: 24, desc: 'longest life of an access token, from issue to expiry' }),
  AUTH0_CLIENT_ID: identifier({ desc: 'machine-to-machine application of the service, for the Management API' }),
  AUTH0_CLIENT_SECRET: secret({ desc: 'secret of that application' }),
  AUTH0_METADATA: str({ choices: METADATA_FIELDS, default: 'app_metadata', desc: 'where mirrors are kept' }),
  AUTH0_RATE_PLAN: str({ choices: RATE_PLANS, default: 'free', desc: 'whose Management API limits hold' }),
  FOOTHOLD_ENVIRONMENT: environmentName({
    devDefault: 'local',
    desc: 'name of this installation among those that share the Auth0 tenant, such as production or staging',
  }),
  MIRROR_SEAL_KEY: sealKey({ desc: 'seals the mirrors; make one with: openssl rand -base64 32' }),
  MIRROR_SEAL_KEY_PREVIOUS: sealKey({ default: undefined, desc: 'the key before, while mirrors are sealed anew' }),
  RECONCILE_WITHIN_DAYS: positive({ default: 7, desc: 'in how many days every mirror should be compared with Auth0' }),
  ERASURE_KEY: sealKey({ desc: 'recognises who was erased; make one with: openssl rand -base64 32' }),
  ERASURE_KEY_PREVIOUS: sealKey({ default: undefined, desc: 'the key before: it recognises who was erased with it' }),
};

/** A forgotten variable must not lift the restrictions of production. A local run sets `development` itself. */
const DEFAULT_MODE = 'production';

/** Old names stop the start, because a setting that is ignored silently is worse than one that is refused. */
const RENAMED: Readonly<Record<string, string>> = { AUTH0_CUSTOM_DOMAIN: 'AUTH0_CUSTOM_DOMAINS' };

/** Reads every setting. What is missing or malformed is absent from `values`, and named in `problems`. */
export function readEnv(source: NodeJS.ProcessEnv = process.env): { values: Partial<Env>; problems: string[] } {
  let problems: string[] = [];
  // An empty variable (`DATABASE_URL=` in a compose file) means "not set", never "set to nothing".
  const present = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const values = customCleanEnv({ NODE_ENV: DEFAULT_MODE, ...present }, SETTINGS, (cleaned): Partial<Env> => cleaned, {
    reporter: ({ errors }) => {
      problems = Object.entries(errors).map(([name, error]) =>
        error instanceof EnvMissingError ? `${name} is missing (${error.message})` : `${name}: ${error?.message}`,
      );
    },
  });
  const renamed = Object.entries(RENAMED).flatMap(([before, now]) =>
    before in present ? [`${before} is now ${now}: move its value there, a list separated by commas`] : [],
  );
  return { values, problems: [...problems, ...renamed, ...unverifiedTls(values.NODE_ENV, source)] };
}

/** Node's own switch lets any certificate pass: of Auth0, whose keys decide who is let in, and of the database. */
function unverifiedTls(mode: string | undefined, source: NodeJS.ProcessEnv): string[] {
  if (mode !== 'production' || source['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return [];
  return [
    'NODE_TLS_REJECT_UNAUTHORIZED: 0 accepts any certificate, and cannot be used in production; remove it, and name a certificate authority of your own with NODE_EXTRA_CA_CERTS',
  ];
}

/** For command lines that need no more than the owning role's connection. Throws {@link SettingsError}. */
export const migrationUrlFromEnv = (source: NodeJS.ProcessEnv = process.env): string =>
  urlFromEnv(source, ['DATABASE_MIGRATION_URL', 'DATABASE_URL'], 'connection of the role that owns the schema');

/** For command lines that need no more than the service's connection. Throws {@link SettingsError}. */
export const appUrlFromEnv = (source: NodeJS.ProcessEnv = process.env): string =>
  urlFromEnv(source, ['DATABASE_URL'], 'connection of the role foothold_app');

/** For command lines that recognise erased people: the key, and the one before; none while it is not set. Throws {@link SettingsError}. */
export function erasureKeysFromEnv(source: NodeJS.ProcessEnv = process.env): KeyObject[] {
  const { values, problems } = readEnv(source);
  const wrong = problems.filter((problem) => source['ERASURE_KEY'] && problem.startsWith('ERASURE_KEY'));
  if (wrong.length) throw new SettingsError(wrong);
  const { ERASURE_KEY: key, ERASURE_KEY_PREVIOUS: previous } = values;
  if (key === undefined) return [];
  return [key, ...(previous === undefined ? [] : [previous])].map((text) => createSecretKey(text, 'base64'));
}

function urlFromEnv(source: NodeJS.ProcessEnv, names: readonly [string, ...string[]], meaning: string): string {
  const name = names.find((candidate) => source[candidate]);
  if (name) return checkedUrl(name, source);
  throw new SettingsError([`${names[0]} is missing (${meaning})`]);
}

/** As the start checks it: a command of production must not send a password over a network that the service refuses. */
function checkedUrl(name: string, source: NodeJS.ProcessEnv): string {
  const url = source[name] as string;
  const { values, problems } = readEnv(source);
  const wrong = problems.filter((problem) => problem.startsWith(`${name}:`) || problem.startsWith('DATABASE_TLS:'));
  const fault =
    values.NODE_ENV === 'production' && !wrong.length
      ? tlsFault(name, url, values.DATABASE_TLS ?? 'verified')
      : undefined;
  if (fault) wrong.push(fault);
  if (wrong.length) throw new SettingsError(wrong);
  return url;
}

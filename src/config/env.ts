import { bool, cleanEnv, EnvError, EnvMissingError, makeValidator, num, port, str } from 'envalid';

/**
 * The only reader of `process.env`: names, shapes and defaults of every setting the service has.
 * What the values mean together is decided in `config.ts`.
 */
export type Env = ReturnType<typeof readEnv>;

/** The start was refused because of the settings; the message names every variable at fault and what it should hold. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`Foothold cannot start with these settings:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

const postgresUrl = makeValidator<string>((value) => {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol) || url.pathname.length < 2) {
    throw new EnvError('expected postgres://user:password@host:5432/database');
  }
  return value;
});

const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1)(:\d{1,5})?$/;
const HOST_NAME = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

/** An Auth0 domain as Auth0 shows it: a bare host name. `http://localhost:PORT` is for the local stand-in only. */
const auth0Domain = makeValidator<string>((value) => {
  if (!HOST_NAME.test(value) && !LOOPBACK.test(value)) {
    throw new EnvError(`expected a bare host name such as acme.eu.auth0.com, got "${value}"`);
  }
  return value;
});

const positive = makeValidator<number>((value) => {
  const number = Number(value);
  if (!Number.isFinite(number) || number <= 0) throw new EnvError(`expected a number above 0, got "${value}"`);
  return number;
});

const atLeastOne = makeValidator<number>((value) => {
  const number = Number(value);
  if (!Number.isFinite(number) || number < 1) throw new EnvError(`expected a number of at least 1, got "${value}"`);
  return number;
});

const origins = makeValidator<string[]>((value) =>
  value
    .split(',')
    .map((origin) => origin.trim())
    .filter(Boolean)
    .map((origin) => {
      if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
        throw new EnvError(`expected origins such as https://app.acme.com, separated by commas; got "${origin}"`);
      }
      return origin;
    }),
);

/** Reads and checks every setting. Throws {@link SettingsError} naming all variables at fault at once. */
export function readEnv(source: NodeJS.ProcessEnv = process.env) {
  // An empty variable (`DATABASE_URL=` in a compose file) means "not set", never "set to nothing".
  const present = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  return cleanEnv(
    present,
    {
      NODE_ENV: str({ choices: ['development', 'test', 'production'], default: 'development' }),
      HOST: str({ default: '127.0.0.1', desc: 'address to listen on' }),
      PORT: port({ default: 3000, desc: 'port of the service' }),
      LOG_LEVEL: str({ choices: ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'], default: 'info' }),
      CORS_ORIGINS: origins({ default: [], desc: 'origins of web front ends, comma-separated' }),
      RATE_LIMIT_BURST: atLeastOne({ default: 100, desc: 'requests one subject may send at once' }),
      RATE_LIMIT_PER_SECOND: positive({ default: 20, desc: 'requests per second one subject may keep up' }),
      DATABASE_URL: postgresUrl({ desc: 'connection of the role foothold_app' }),
      DATABASE_MIGRATION_URL: postgresUrl({
        default: undefined,
        desc: 'connection of the owning role, for migrations',
      }),
      DATABASE_POOL_SIZE: num({ default: 10, desc: 'connections per process' }),
      DATABASE_POOLER: bool({ default: false, desc: 'true behind a transaction-mode pooler such as pgbouncer' }),
      AUTH0_DOMAIN: auth0Domain({ desc: 'canonical tenant domain, such as acme.eu.auth0.com' }),
      AUTH0_CUSTOM_DOMAIN: auth0Domain({ default: undefined, desc: 'login domain, if one is set up' }),
      AUTH0_AUDIENCE: str({ desc: 'identifier of the API in Auth0' }),
    },
    {
      reporter: ({ errors }) => {
        const problems = Object.entries(errors).map(([name, error]) =>
          error instanceof EnvMissingError ? `${name} is missing (${error.message})` : `${name}: ${error?.message}`,
        );
        if (problems.length) throw new SettingsError(problems);
      },
    },
  );
}

/** For command lines that need no more than the owning role's connection. Throws {@link SettingsError}. */
export const migrationUrlFromEnv = (source: NodeJS.ProcessEnv = process.env): string =>
  urlFromEnv(source, ['DATABASE_MIGRATION_URL', 'DATABASE_URL'], 'connection of the role that owns the schema');

/** For command lines that need no more than the service's connection. Throws {@link SettingsError}. */
export const appUrlFromEnv = (source: NodeJS.ProcessEnv = process.env): string =>
  urlFromEnv(source, ['DATABASE_URL'], 'connection of the role foothold_app');

function urlFromEnv(source: NodeJS.ProcessEnv, names: readonly [string, ...string[]], meaning: string): string {
  const url = names.map((name) => source[name]).find(Boolean);
  if (url) return url;
  throw new SettingsError([`${names[0]} is missing (${meaning})`]);
}

import { readEnv, SettingsError, type Env } from './env.js';

/** What the settings mean. Injected by the token {@link CONFIG}; nothing else reads the environment. */
export interface Config {
  readonly logLevel: string;
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly corsOrigins: readonly string[];
    /** Per subject: `burst` requests at once, `perSecond` kept up. */
    readonly rateLimit: { readonly burst: number; readonly perSecond: number };
  };
  readonly database: {
    /** Connection of the restricted role `foothold_app`. */
    readonly url: string;
    readonly poolSize: number;
    /** Named prepared statements live in a session, which a transaction-mode pooler does not keep. */
    readonly preparedStatements: boolean;
  };
  readonly auth0: {
    /** Accepted `iss` values, canonical first, each with its trailing slash. */
    readonly issuers: readonly string[];
    readonly audience: string;
  };
}

export const CONFIG = Symbol('Config');

const baseUrlOf = (domain: string): string => (domain.startsWith('http://') ? domain : `https://${domain}`);

/** Reads the environment and gives it meaning. Throws {@link SettingsError} naming every variable at fault. */
export function loadConfig(source?: NodeJS.ProcessEnv): Config {
  const env = readEnv(source);
  refuseInconsistent(env);
  const domains = [env.AUTH0_DOMAIN, env.AUTH0_CUSTOM_DOMAIN].filter((domain) => domain !== undefined);
  return {
    logLevel: env.LOG_LEVEL,
    http: {
      host: env.HOST,
      port: env.PORT,
      corsOrigins: env.CORS_ORIGINS,
      rateLimit: { burst: env.RATE_LIMIT_BURST, perSecond: env.RATE_LIMIT_PER_SECOND },
    },
    database: {
      url: env.DATABASE_URL,
      poolSize: env.DATABASE_POOL_SIZE,
      preparedStatements: !env.DATABASE_POOLER,
    },
    auth0: {
      issuers: [...new Set(domains.map((domain) => `${baseUrlOf(domain)}/`))],
      audience: env.AUTH0_AUDIENCE,
    },
  };
}

function refuseInconsistent(env: Env): void {
  const problems: string[] = [];
  if (env.NODE_ENV === 'production') {
    for (const name of ['AUTH0_DOMAIN', 'AUTH0_CUSTOM_DOMAIN'] as const) {
      if (env[name]?.startsWith('http://')) {
        problems.push(`${name}: the local stand-in (${env[name]}) cannot be used with NODE_ENV=production`);
      }
    }
    if (env.AUTH0_AUDIENCE === 'https://api.foothold.local') {
      problems.push('AUTH0_AUDIENCE: the local audience cannot be used with NODE_ENV=production');
    }
  }
  if (!Number.isInteger(env.DATABASE_POOL_SIZE) || env.DATABASE_POOL_SIZE < 2) {
    problems.push('DATABASE_POOL_SIZE: expected a whole number of at least 2');
  }
  if (problems.length) throw new SettingsError(problems);
}

import { createSecretKey, type KeyObject } from 'node:crypto';
import { baseUrlOf, managementAudienceOf, managementUrlOf } from './auth0-domain.js';
import { contradictionsIn } from './contradictions.js';
import { readEnv, SettingsError, type Env } from './env.js';
import type { MetadataField } from './metadata-field.js';
import type { RatePlan } from './rate-plan.js';

/** What the settings mean. Injected by the token {@link CONFIG}; nothing else reads the environment. */
export interface Config {
  readonly logLevel: string;
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly corsOrigins: readonly string[];
    /** Request headers that pages of those origins may send beside the service's own, in lower case. */
    readonly corsAllowedHeaders: readonly string[];
    /** Connections that this process keeps open; event streams may take most of them, but not all. */
    readonly maxConnections: number;
    readonly maxEventStreams: number;
    /** Where operators read metrics and detailed health; undefined if they are not served. */
    readonly management: { readonly host: string; readonly port: number } | undefined;
    /** Addresses and networks (CIDR) of the proxies whose `X-Forwarded-For` is believed. */
    readonly trustedProxies: readonly string[];
    /** Per subject: `burst` requests at once, `perSecond` kept up. */
    readonly rateLimit: { readonly burst: number; readonly perSecond: number };
  };
  readonly database: {
    /** Connection of the restricted role `foothold_app`. */
    readonly url: string;
    /** Direct connection for LISTEN and NOTIFY, never through a transaction-mode pooler. */
    readonly listenUrl: string;
    readonly poolSize: number;
    /** Named prepared statements live in a session, which a transaction-mode pooler does not keep. */
    readonly preparedStatements: boolean;
  };
  readonly auth0: {
    /** Accepted `iss` values, canonical first, each with its trailing slash. */
    readonly issuers: readonly string[];
    readonly audience: string;
    /** The longest time between issue and expiry of an access token. */
    readonly maxTokenLifetimeMs: number;
    /** Whether a token that another user or a machine acts with may change anything. */
    readonly impersonatedWrites: 'allowed' | 'refused';
    /** Client ids of trusted systems by the name under which flows admit them (`attested.by`). */
    readonly attesters: ReadonlyMap<string, ReadonlySet<string>>;
    /** Base URL of the canonical domain, without a trailing slash. */
    readonly canonicalUrl: string;
    /** Base URL of the Management API, without a trailing slash; always on the canonical domain. */
    readonly managementUrl: string;
    /** The audience of tokens for the Management API. It ends with a slash. */
    readonly managementAudience: string;
    /** The machine-to-machine application the service uses the Management API with. */
    readonly client: { readonly id: string; readonly secret: string };
    readonly ratePlan: RatePlan;
  };
  readonly mirror: {
    /** Part of each mirror's metadata key, so that staging cannot overwrite production. */
    readonly environment: string;
    readonly metadataField: MetadataField;
    /** Seals what is written. A KeyObject, since that does not show itself in logs. */
    readonly sealKey: KeyObject;
    /** The key before: what it sealed is still believed. */
    readonly previousSealKey: KeyObject | undefined;
    /** The longest time in which every mirror should be compared with Auth0 once; health tells when it takes longer. */
    readonly reconcileWithinMs: number;
  };
  readonly erasure: {
    /** Makes tombstones out of subjects, and signs receipts. */
    readonly key: KeyObject;
    /** The key, and the one before it: tombstones and receipts of both are recognised. */
    readonly keys: readonly KeyObject[];
  };
}

export const CONFIG = Symbol('Config');

/** The other connections are for requests, without which a stream is of no use. */
const SHARE_OF_STREAMS = 0.8;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const keyOf = (base64: string): KeyObject => createSecretKey(base64, 'base64');

/** Reads the environment and gives it meaning. Throws {@link SettingsError} naming every variable at fault. */
export function loadConfig(source?: NodeJS.ProcessEnv): Config {
  const { values, problems } = readEnv(source);
  const all = [...problems, ...contradictionsIn(values)];
  if (all.length) throw new SettingsError(all);
  return configOf(values as Env);
}

function erasureOf({ ERASURE_KEY, ERASURE_KEY_PREVIOUS }: Env): Config['erasure'] {
  const key = keyOf(ERASURE_KEY);
  return { key, keys: ERASURE_KEY_PREVIOUS === undefined ? [key] : [key, keyOf(ERASURE_KEY_PREVIOUS)] };
}

function configOf(env: Env): Config {
  const canonicalUrl = baseUrlOf(env.AUTH0_DOMAIN);
  const domains = [env.AUTH0_DOMAIN, ...env.AUTH0_CUSTOM_DOMAINS];
  return {
    logLevel: env.LOG_LEVEL,
    http: {
      host: env.HOST,
      port: env.PORT,
      corsOrigins: env.CORS_ORIGINS,
      corsAllowedHeaders: env.CORS_ALLOWED_HEADERS,
      maxConnections: env.MAX_CONNECTIONS,
      maxEventStreams: Math.floor(env.MAX_CONNECTIONS * SHARE_OF_STREAMS),
      management:
        env.MANAGEMENT_PORT === undefined ? undefined : { host: env.MANAGEMENT_HOST, port: env.MANAGEMENT_PORT },
      trustedProxies: env.TRUSTED_PROXIES,
      rateLimit: { burst: env.RATE_LIMIT_BURST, perSecond: env.RATE_LIMIT_PER_SECOND },
    },
    database: {
      url: env.DATABASE_URL,
      listenUrl: env.DATABASE_LISTEN_URL ?? env.DATABASE_URL,
      poolSize: env.DATABASE_POOL_SIZE,
      preparedStatements: !env.DATABASE_POOLER,
    },
    auth0: {
      issuers: [...new Set(domains.map((domain) => `${baseUrlOf(domain)}/`))],
      audience: env.AUTH0_AUDIENCE,
      maxTokenLifetimeMs: env.ACCESS_TOKEN_MAX_HOURS * HOUR_MS,
      impersonatedWrites: env.IMPERSONATED_WRITES,
      attesters: env.ATTESTERS,
      canonicalUrl,
      managementUrl: managementUrlOf(env.AUTH0_DOMAIN),
      managementAudience: managementAudienceOf(env.AUTH0_DOMAIN),
      client: { id: env.AUTH0_CLIENT_ID, secret: env.AUTH0_CLIENT_SECRET },
      ratePlan: env.AUTH0_RATE_PLAN,
    },
    mirror: {
      environment: env.FOOTHOLD_ENVIRONMENT,
      metadataField: env.AUTH0_METADATA,
      sealKey: keyOf(env.MIRROR_SEAL_KEY),
      previousSealKey: env.MIRROR_SEAL_KEY_PREVIOUS === undefined ? undefined : keyOf(env.MIRROR_SEAL_KEY_PREVIOUS),
      reconcileWithinMs: env.RECONCILE_WITHIN_DAYS * DAY_MS,
    },
    erasure: erasureOf(env),
  };
}

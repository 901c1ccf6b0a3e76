import { baseUrlOf, isCanonical, isStandIn } from './auth0-domain.js';
import { isLoopback, tlsFault } from './database-tls.js';
import type { Env } from './env.js';

const WHERE_DOMAINS_ARE = 'Auth0 shows it in the settings of every application; docs/auth0.md says more';

/**
 * What cannot be right together, or not in this environment, each naming its variable. Values that are missing or
 * malformed have been told already and are left alone here.
 */
export function contradictionsIn(env: Partial<Env>): string[] {
  return [
    ...domains(env),
    ...audience(env),
    ...others(env),
    ...(env.NODE_ENV === 'production' ? [...localValues(env), ...unprotected(env)] : []),
  ];
}

function domains({ AUTH0_DOMAIN: canonical, AUTH0_CUSTOM_DOMAINS: custom = [] }: Partial<Env>): string[] {
  const swapped = canonical && !isCanonical(canonical) ? custom.find(isCanonical) : undefined;
  if (swapped) {
    return [
      `AUTH0_DOMAIN and AUTH0_CUSTOM_DOMAINS are swapped: ${swapped} is the canonical domain and belongs into AUTH0_DOMAIN, ${canonical} into AUTH0_CUSTOM_DOMAINS`,
    ];
  }
  const problems: string[] = [];
  if (canonical && !isCanonical(canonical)) {
    problems.push(
      `AUTH0_DOMAIN: ${canonical} is a custom domain and belongs into AUTH0_CUSTOM_DOMAINS; expected here is the canonical domain of the tenant, ${isStandIn(canonical) ? 'http://localhost:PORT for the local stand-in' : `such as acme.eu.auth0.com, since the Management API knows no other (${WHERE_DOMAINS_ARE})`}`,
    );
  }
  return [
    ...problems,
    ...custom.flatMap((domain, index) => customDomain(domain, custom.indexOf(domain) < index, canonical)),
  ];
}

function customDomain(domain: string, isRepeated: boolean, canonical: string | undefined): string[] {
  const name = 'AUTH0_CUSTOM_DOMAINS';
  if (isRepeated) return [`${name}: ${domain} is listed twice; list each domain once`];
  if (domain === canonical) {
    return [`${name}: ${domain} is AUTH0_DOMAIN itself; leave it out, its tokens are accepted anyway`];
  }
  if (isCanonical(domain)) {
    return [
      `${name}: ${domain} is a canonical domain, of another tenant than ${canonical ?? 'AUTH0_DOMAIN'}; expected the tenant's own login domains such as login.acme.com, or nothing`,
    ];
  }
  if (canonical && isStandIn(canonical) !== isStandIn(domain)) {
    return [
      `${name}: ${domain} and AUTH0_DOMAIN (${canonical}) cannot be of one tenant: one of them is the local stand-in`,
    ];
  }
  return [];
}

function audience({ AUTH0_AUDIENCE: audience, AUTH0_DOMAIN, AUTH0_CUSTOM_DOMAINS = [] }: Partial<Env>): string[] {
  if (!audience) return [];
  const expected =
    'expected the identifier of the API that you made for Foothold (Applications → APIs), such as https://api.acme.com';
  const ofTenant = [AUTH0_DOMAIN, ...AUTH0_CUSTOM_DOMAINS].some(
    (domain) => domain && (audience === domain || audience.startsWith(`${baseUrlOf(domain)}/`)),
  );
  if (ofTenant || /^https:\/\/[^/]+\.auth0\.com\/(api\/v2|userinfo)\/?$/.test(audience)) {
    return [`AUTH0_AUDIENCE: ${audience} belongs to Auth0 itself, not to the service; ${expected}`];
  }
  return [];
}

function others(env: Partial<Env>): string[] {
  const problems: string[] = [];
  const { AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET, DATABASE_POOL_SIZE, MIRROR_SEAL_KEY, MIRROR_SEAL_KEY_PREVIOUS } = env;
  if (AUTH0_CLIENT_ID?.endsWith('@clients')) {
    problems.push(
      `AUTH0_CLIENT_ID: ${AUTH0_CLIENT_ID} is the subject of the application's tokens; expected its id, which is the same without @clients`,
    );
  }
  if (AUTH0_CLIENT_ID && AUTH0_CLIENT_ID === AUTH0_CLIENT_SECRET) {
    problems.push('AUTH0_CLIENT_SECRET: it is the same as AUTH0_CLIENT_ID; expected the secret of that application');
  }
  if (env.DATABASE_POOLER && !env.DATABASE_LISTEN_URL) {
    problems.push('DATABASE_LISTEN_URL is missing: with DATABASE_POOLER=true it must lead to the database directly');
  }
  if (DATABASE_POOL_SIZE !== undefined && (!Number.isInteger(DATABASE_POOL_SIZE) || DATABASE_POOL_SIZE < 2)) {
    problems.push(`DATABASE_POOL_SIZE: expected a whole number of at least 2, got ${DATABASE_POOL_SIZE}`);
  }
  if (env.MANAGEMENT_PORT !== undefined && env.MANAGEMENT_PORT === env.PORT) {
    problems.push(`MANAGEMENT_PORT: it is the same as PORT (${env.PORT}); set a port of its own`);
  }
  if (MIRROR_SEAL_KEY && MIRROR_SEAL_KEY === MIRROR_SEAL_KEY_PREVIOUS) {
    problems.push('MIRROR_SEAL_KEY_PREVIOUS: it is the same as MIRROR_SEAL_KEY; expected the key before, or nothing');
  }
  if (env.ERASURE_KEY && [MIRROR_SEAL_KEY, MIRROR_SEAL_KEY_PREVIOUS].includes(env.ERASURE_KEY)) {
    problems.push('ERASURE_KEY: it is the same as a key that seals mirrors, which changes; expected a key of its own');
  }
  if (env.ERASURE_KEY && env.ERASURE_KEY === env.ERASURE_KEY_PREVIOUS) {
    problems.push('ERASURE_KEY_PREVIOUS: it is the same as ERASURE_KEY; expected the key before, or nothing');
  }
  return problems;
}

/** What a local run supplies. */
function localValues(env: Partial<Env>): string[] {
  const problems: string[] = [];
  const named = [
    ...(env.AUTH0_DOMAIN === undefined ? [] : [['AUTH0_DOMAIN', env.AUTH0_DOMAIN] as const]),
    ...(env.AUTH0_CUSTOM_DOMAINS ?? []).map((domain) => ['AUTH0_CUSTOM_DOMAINS', domain] as const),
  ];
  for (const [name, domain] of named) {
    if (isStandIn(domain)) {
      problems.push(`${name}: the local stand-in (${domain}) cannot be used with NODE_ENV=production`);
    }
  }
  if (env.AUTH0_AUDIENCE === 'https://api.foothold.local') {
    problems.push('AUTH0_AUDIENCE: the local audience cannot be used with NODE_ENV=production');
  }
  if (env.AUTH0_CLIENT_SECRET === 'local-only') {
    problems.push('AUTH0_CLIENT_SECRET: that of the local stand-in cannot be used with NODE_ENV=production');
  }
  if (env.FOOTHOLD_ENVIRONMENT === 'local') {
    problems.push('FOOTHOLD_ENVIRONMENT: "local" is for local runs and cannot be used with NODE_ENV=production');
  }
  return problems;
}

const DATABASE_URLS = ['DATABASE_URL', 'DATABASE_MIGRATION_URL', 'DATABASE_LISTEN_URL'] as const;

/** What would cross a network without protection. */
function unprotected(env: Partial<Env>): string[] {
  const databases = DATABASE_URLS.flatMap((name) => {
    const url = env[name];
    return (url && tlsFault(name, url, env.DATABASE_TLS ?? 'verified')) || [];
  });
  const origins = (env.CORS_ORIGINS ?? [])
    .filter((origin) => origin.startsWith('http:') && !isLoopback(new URL(origin).hostname))
    .map(
      (origin) =>
        `CORS_ORIGINS: pages of ${origin} come over plain http, where anyone on the way can read the tokens that they send; serve the front end over https and name that origin`,
    );
  return [...databases, ...origins];
}

import { isIdentifier } from './identifier.js';
import { invalidToken } from './unauthenticated.js';

/** How far the clocks of Auth0 and of this service may be apart, in seconds. */
export const CLOCK_TOLERANCE_SECONDS = 5;
const HOUR_MS = 3_600_000;

/** Who calls, as a verified access token says. Membership and role are never part of it: they change while a token lives. */
export interface Principal {
  readonly subject: string;
  readonly kind: 'person' | 'machine';
  /** The Auth0 organisation the person logged in to; absent on other logins. */
  readonly orgId?: string;
  /** Who acts with this token in the person's name: the outermost `act.sub` of RFC 8693. Absent if the person acts. */
  readonly impersonator?: string;
  readonly permissions: ReadonlySet<string>;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Has every right that the permission `platform:admin` gives, in the tenants that the token reaches. */
export const isOperator = ({ permissions }: Pick<Principal, 'permissions'>): boolean =>
  permissions.has('platform:admin');

/** Of a token without an organisation. Any other one reaches that organisation's tenant only. */
export const reachesAllTenants = ({ orgId }: Pick<Principal, 'orgId'>): boolean => orgId === undefined;

type Claims = Readonly<Record<string, unknown>>;

/** Who did something, as the history and the audit log keep it. */
export interface ActingCaller {
  readonly actor: string;
  readonly impersonator?: string;
}

export const actingCaller = ({ subject, impersonator }: Pick<Principal, 'subject' | 'impersonator'>): ActingCaller => ({
  actor: subject,
  ...(impersonator !== undefined && { impersonator }),
});

/** Only in ID tokens and security events, which are signed with the same keys as access tokens. */
const OF_OTHER_TOKENS = ['nonce', 'at_hash', 'events'];

/**
 * Reads the claims of a token whose signature, issuer, audience and expiry have been checked. Pure but for the clock.
 * @param maxLifetimeMs between issue and expiry
 * @throws Problem `unauthenticated` naming the claim that is missing or malformed
 */
export function principalOf(claims: Claims, maxLifetimeMs: number, now: number = Date.now()): Principal {
  const issuedAt = issueOf(claims, now);
  const expiresAt = expiryOf(claims);
  if (expiresAt - issuedAt > maxLifetimeMs) throw livesTooLong(maxLifetimeMs);
  const foreign = OF_OTHER_TOKENS.find((name) => claims[name] !== undefined);
  if (foreign)
    throw invalidToken(`The token has the claim "${foreign}" and so is no access token; send an access token.`);
  const subject = identifier(claims, 'sub');
  const isMachine = subject.endsWith('@clients') || claims.gty === 'client-credentials';
  return Object.freeze({
    subject,
    kind: isMachine ? 'machine' : 'person',
    ...(claims.org_id !== undefined && { orgId: identifier(claims, 'org_id') }),
    ...(claims.act !== undefined && { impersonator: actorIn(claims) }),
    permissions: permissionsOf(claims),
    issuedAt,
    expiresAt,
  });
}

function identifier(claims: Claims, name: 'sub' | 'org_id'): string {
  const value = claims[name];
  if (typeof value === 'string' && isIdentifier(value)) return value;
  throw malformed(name, 'text of 1 to 255 characters');
}

/** A nested `act` names earlier actors of a chain; the outermost one is the current actor. */
function actorIn({ act }: Claims): string {
  const sub = typeof act === 'object' && act !== null && !Array.isArray(act) ? (act as Claims).sub : undefined;
  if (typeof sub === 'string' && isIdentifier(sub)) return sub;
  throw malformed('act', 'an object whose "sub" is a text of 1 to 255 characters');
}

/** jsonwebtoken lets a token without `exp` live for ever. */
function expiryOf({ exp }: Claims): number {
  if (isTime(exp)) return exp * 1000;
  throw malformed('exp', 'the time of expiry in seconds');
}

/** jsonwebtoken does not look at `iat`. RFC 9068 requires it: without it, nothing says how long a token lives. */
function issueOf({ iat }: Claims, now: number): number {
  if (!isTime(iat)) throw malformed('iat', 'the time of issue in seconds');
  if (iat > now / 1000 + CLOCK_TOLERANCE_SECONDS) {
    throw invalidToken('The access token was issued in the future ("iat"); compare the clocks of issuer and service.');
  }
  return iat * 1000;
}

function permissionsOf({ permissions = [] }: Claims): ReadonlySet<string> {
  if (Array.isArray(permissions) && permissions.every((permission) => typeof permission === 'string')) {
    return new Set(permissions);
  }
  throw malformed('permissions', 'a list of texts');
}

const livesTooLong = (maxLifetimeMs: number) =>
  invalidToken(
    `The access token lives longer than ${maxLifetimeMs / HOUR_MS} hours; shorten the token expiration of the API in Auth0, or raise ACCESS_TOKEN_MAX_HOURS.`,
  );

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const malformed = (claim: string, expected: string) =>
  invalidToken(`The claim "${claim}" of the access token must be ${expected}; correct the token's issuer settings.`);

import jwt from 'jsonwebtoken';
import { invalidToken } from './unauthenticated.js';

/** The only signature algorithm accepted: what the token says about it never chooses how it is checked. */
export const ALGORITHM = 'RS256';

/** Which key a token claims to be signed with. Nothing in it is proven: it may choose a key, never grant anything. */
export interface ClaimedKey {
  readonly issuer: string;
  readonly kid: string;
}

/**
 * Reads a token without verifying it, with the parser that verifies it later, so that both see the same text.
 * @throws Problem `unauthenticated` if it is no signed JWT, of a foreign issuer, or not of the one accepted algorithm
 */
export function claimedKeyOf(token: string, issuers: readonly string[]): ClaimedKey {
  const { header, payload } = decode(token);
  if (!issuers.includes(payload.iss as string)) {
    throw invalidToken(`The issuer of the access token is not accepted. Accepted issuers: ${issuers.join(', ')}`);
  }
  if (header.alg !== ALGORITHM) throw invalidToken(`The access token must be signed with ${ALGORITHM}.`);
  assertAccessToken(header.typ);
  // RFC 7515: a token with an extension that is marked critical and not understood must be refused. None is understood.
  if (header.crit !== undefined) throw invalidToken('The access token has a critical extension that is not supported.');
  if (typeof header.kid !== 'string' || header.kid === '') throw invalidToken('The access token names no key ("kid").');
  return { issuer: payload.iss as string, kid: header.kid };
}

/**
 * RFC 9068, 4: only `at+jwt` says that a token is an access token. Auth0 writes that in its RFC 9068 profile, and `JWT` in its
 * own; in both it always writes one, so a token without a type is refused. Other kinds, such as logout tokens, are signed
 * with the same keys.
 */
function assertAccessToken(typ: unknown): void {
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined;
  if (type === 'at+jwt' || type === 'jwt') return;
  throw invalidToken('The type ("typ") of the token must be at+jwt or JWT; send an access token.');
}

/** The claims of a token that was verified before. */
export const unverifiedClaims = (token: string): Readonly<Record<string, unknown>> => decode(token).payload;

interface DecodedToken {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
}

function decode(token: string): DecodedToken {
  let cause: unknown;
  try {
    const { header, payload }: { header?: unknown; payload?: unknown } = jwt.decode(token, { complete: true }) ?? {};
    if (isObject(header) && isObject(payload)) return { header, payload };
  } catch (error) {
    cause = error;
  }
  throw invalidToken('The access token is not a signed JWT; opaque and encrypted tokens are not accepted.', cause);
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

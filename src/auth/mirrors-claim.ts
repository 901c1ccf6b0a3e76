import type { FastifyRequest } from 'fastify';
import { bearerToken } from './bearer-token.js';
import { unverifiedClaims } from './unverified-token.js';

/** Put into access tokens by the post-login Action: the sealed mirrors, by metadata key. */
const MIRRORS_CLAIM = 'https://foothold.dev/mirrors';

/**
 * The claim of a request that the guard has admitted. Read again from the token, since it is needed only while the
 * database is down: kept with every verified token it would be most of what the process holds in memory.
 */
export const mirrorsClaimOf = (request: FastifyRequest): unknown =>
  unverifiedClaims(bearerToken(request))[MIRRORS_CLAIM];

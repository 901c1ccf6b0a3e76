import type { FastifyRequest } from 'fastify';
import { invalidToken, missingToken } from './unauthenticated.js';

/** Characters. All headers together may have 16 kB; this refusal says that it is the token. */
const MAX_TOKEN_LENGTH = 12_288;

const SCHEME = 'bearer ';
const HEADER = 'authorization';

/**
 * The bearer token of a request, not yet verified.
 * @throws Problem `unauthenticated` if there is none, more than one Authorization header, or one too large to be a token
 */
export function bearerToken({ raw, headers }: FastifyRequest): string {
  const { authorization } = headers;
  if (authorization === undefined) throw missingToken();
  refuseSecondHeader(raw.rawHeaders);
  if (authorization.slice(0, SCHEME.length).toLowerCase() !== SCHEME) throw missingToken();
  const token = authorization.slice(SCHEME.length).trim();
  if (token.length > MAX_TOKEN_LENGTH) {
    throw invalidToken(`The access token is longer than ${MAX_TOKEN_LENGTH} characters; remove claims from it.`);
  }
  return token;
}

/** Node keeps the first of several Authorization headers silently, and a proxy in front may have judged the other one. */
function refuseSecondHeader(rawHeaders: readonly string[]): void {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (name.length === HEADER.length && name.toLowerCase() === HEADER && ++count > 1) {
      throw invalidToken('More than one Authorization header was sent; send exactly one.');
    }
  }
}

import type { FastifyRequest } from 'fastify';
import { Auth0Error } from './auth0-error.js';

/** `localhost` plays the canonical tenant domain, `127.0.0.1` the custom domain. */
const DOMAINS = ['localhost', '127.0.0.1'];

/**
 * The `iss` of what is issued on this request: that of the domain it was sent to, as at Auth0.
 * Throws 404 for any other Host, as Auth0 does for a domain it does not serve.
 */
export function issuerOf(request: FastifyRequest): string {
  const known = DOMAINS.map((domain) => `${domain}:${request.socket.localPort}`);
  const host = request.headers.host?.toLowerCase() ?? '';
  if (!known.includes(host)) {
    throw new Auth0Error(404, {
      statusCode: 404,
      error: 'Not Found',
      message: `No tenant is served at ${host}; use ${known.join(' or ')}`,
    });
  }
  return `http://${host}/`;
}

/** Identifier of the Management API. It stays that of the canonical domain, whichever domain was asked. */
export function managementAudienceOf(request: FastifyRequest): string {
  return `http://localhost:${request.socket.localPort}/api/v2/`;
}

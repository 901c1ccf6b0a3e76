import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Auth0Error } from './auth0-error.js';
import { issuerOf } from './issuer.js';
import type { Tenant } from './tenant.js';
import { profileClaims, userinfoOf } from './tokens.js';

/** `GET` and `POST /userinfo`: who the bearer of an access token is, as far as its scopes go. */
export function registerUserinfoEndpoint(app: FastifyInstance, tenant: Tenant): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/userinfo',
    config: { operation: 'userinfo' },
    handler: async (request, reply) => {
      const bearer = bearerOf(request, tenant);
      const person = bearer && tenant.people.get(bearer.personId);
      if (!person) {
        void reply.header('www-authenticate', 'Bearer error="invalid_token"');
        throw Auth0Error.oauth(401, 'invalid_token', 'Unauthorized');
      }
      return profileClaims(person, bearer.scopes);
    },
  });
}

function bearerOf(
  request: FastifyRequest,
  { clock, keys, opaqueTokens }: Tenant,
): { readonly personId: string; readonly scopes: readonly string[] } | undefined {
  const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const opaque = opaqueTokens.find(token);
  if (opaque) return opaque;
  const claims = keys.verify(token) as { sub: string; aud: string | string[]; exp: number; scope: string } | undefined;
  if (!claims?.aud.includes(userinfoOf(issuerOf(request))) || claims.exp <= clock.seconds()) return undefined;
  return { personId: claims.sub, scopes: claims.scope.split(' ') };
}

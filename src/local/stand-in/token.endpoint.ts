import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Auth0Error } from './auth0-error.js';
import { grantForCode } from './grants/authorization-code.js';
import { grantToMachine } from './grants/client-credentials.js';
import { grantToPerson } from './grants/password.js';
import { grantForRefreshToken } from './grants/refresh-token.js';
import {
  authenticateFor,
  required,
  TOKEN_PARAMETERS,
  type TokenRequest,
  type TokenResponse,
} from './grants/token-request.js';
import { readParameters } from './parameters.js';
import type { Tenant } from './tenant.js';

/** `POST /oauth/token`, and `POST /oauth/revoke`, which takes a refresh token back. */
export function registerTokenEndpoint(app: FastifyInstance, tenant: Tenant): void {
  app.post('/oauth/token', { config: { operation: 'token' } }, async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    const answer = await grant(request, readParameters(request.body, TOKEN_PARAMETERS), tenant);
    tenant.faults.tokenIssued(answer.access_token);
    return answer;
  });

  app.post('/oauth/revoke', { config: { operation: 'revoke' } }, async (request, reply) => {
    const { token, ...client } = readParameters(request.body, ['token', 'client_id', 'client_secret']);
    const { clientId } = authenticateFor('refresh_token', client);
    await tenant.refreshTokens.revoke(token ?? '', clientId);
    return reply.status(200).send();
  });
}

function grant(request: FastifyRequest, wanted: TokenRequest, tenant: Tenant): TokenResponse | Promise<TokenResponse> {
  const grantType = required(wanted, 'grant_type');
  switch (grantType) {
    case 'authorization_code':
      return grantForCode(request, wanted, tenant);
    case 'refresh_token':
      return grantForRefreshToken(request, wanted, tenant);
    case 'client_credentials':
      return grantToMachine(request, wanted, tenant);
    case 'password':
      return grantToPerson(request, wanted, tenant);
    default:
      throw Auth0Error.oauth(403, 'unsupported_grant_type', `Unsupported grant type: ${grantType}`);
  }
}

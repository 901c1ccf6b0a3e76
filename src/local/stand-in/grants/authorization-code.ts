import type { FastifyRequest } from 'fastify';
import { Auth0Error } from '../auth0-error.js';
import { issuerOf } from '../issuer.js';
import type { Tenant } from '../tenant.js';
import { issueTokens } from '../tokens.js';
import { authenticateFor, required, type TokenRequest, type TokenResponse } from './token-request.js';

/** The code that a login ended with, from whoever knows the PKCE verifier. */
export async function grantForCode(
  request: FastifyRequest,
  wanted: TokenRequest,
  tenant: Tenant,
): Promise<TokenResponse> {
  const { clientId } = authenticateFor('authorization_code', wanted);
  const exchanged = await tenant.codes.exchange(required(wanted, 'code'), {
    clientId,
    redirectUri: wanted.redirect_uri,
    verifier: required(wanted, 'code_verifier'),
  });
  const { login, claims } = exchanged;
  const person = tenant.people.get(login.personId);
  if (!person) throw Auth0Error.oauth(403, 'invalid_grant', 'Invalid authorization code');
  const { nonce, maxAge } = exchanged.request;
  const tokens = await issueTokens(tenant, issuerOf(request), {
    person,
    login,
    claims,
    nonce,
    tellsLoginTime: maxAge !== undefined,
  });
  const { refresh_token: refreshToken } = tokens;
  if (refreshToken) exchanged.onReuse(() => tenant.refreshTokens.revoke(refreshToken, clientId));
  return tokens;
}

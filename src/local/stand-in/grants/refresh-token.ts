import type { FastifyRequest } from 'fastify';
import { Auth0Error } from '../auth0-error.js';
import { issuerOf } from '../issuer.js';
import type { Tenant } from '../tenant.js';
import { issueTokens } from '../tokens.js';
import { authenticateFor, required, scopesOf, type TokenRequest, type TokenResponse } from './token-request.js';

/** A refresh token, which is replaced. Scopes that are named narrow the ones of the login. */
export async function grantForRefreshToken(
  request: FastifyRequest,
  wanted: TokenRequest,
  tenant: Tenant,
): Promise<TokenResponse> {
  const { clientId } = authenticateFor('refresh_token', wanted);
  const rotated = await tenant.refreshTokens.rotate(required(wanted, 'refresh_token'), clientId);
  const person = rotated && tenant.people.get(rotated.login.personId);
  if (!person) throw Auth0Error.oauth(403, 'invalid_grant', 'Unknown or invalid refresh token.');
  const named = scopesOf(wanted);
  const scopes = rotated.login.scopes.filter((scope) => named.length === 0 || named.includes(scope));
  const login = { ...rotated.login, scopes };
  const claims = await tenant.postLogin.run({ ...login, person, protocol: 'oauth2-refresh-token' });
  return issueTokens(tenant, issuerOf(request), { person, login, claims, refreshToken: rotated.refreshToken });
}

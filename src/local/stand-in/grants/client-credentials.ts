import type { FastifyRequest } from 'fastify';
import { Auth0Error } from '../auth0-error.js';
import { issuerOf, managementAudienceOf } from '../issuer.js';
import type { Tenant } from '../tenant.js';
import { authenticateFor, organizationOf, scopesOf, type TokenRequest, type TokenResponse } from './token-request.js';

/** A machine asks for itself: at the tenant's API, or at the Management API. */
export function grantToMachine(
  request: FastifyRequest,
  wanted: TokenRequest,
  { keys, clock, audience, accessTokenSeconds }: Tenant,
): TokenResponse {
  const application = authenticateFor('client_credentials', wanted);
  if (!wanted.audience) {
    throw Auth0Error.oauth(403, 'access_denied', 'Non-global clients are not allowed access to APIv1');
  }
  const isManagement = wanted.audience === managementAudienceOf(request);
  if (!isManagement && wanted.audience !== audience) {
    throw Auth0Error.oauth(403, 'access_denied', `Service not enabled within domain: ${wanted.audience}`);
  }
  const granted = isManagement ? application.managementScopes : application.permissions;
  if (!granted?.length) {
    const description = `Client is not authorized to access "${wanted.audience}". You need to create a "client-grant" associated to this API.`;
    throw Auth0Error.oauth(403, 'access_denied', description);
  }
  const scopes = scopesOf(wanted);
  const refused = scopes.filter((scope) => !granted.includes(scope));
  if (refused.length) {
    throw Auth0Error.oauth(403, 'access_denied', `Client has not been granted scopes: ${refused.join(', ')}`);
  }
  const allowed = scopes.length ? scopes : granted;
  const organization = organizationOf(wanted);
  const iat = clock.seconds();
  const accessToken = keys.sign({
    iss: issuerOf(request),
    sub: `${application.clientId}@clients`,
    aud: wanted.audience,
    azp: application.clientId,
    gty: 'client-credentials',
    scope: allowed.join(' '),
    // The Management API knows scopes only.
    ...(isManagement ? {} : { permissions: allowed }),
    iat,
    exp: iat + accessTokenSeconds,
    ...(organization && { org_id: organization }),
  });
  return { access_token: accessToken, scope: allowed.join(' '), expires_in: accessTokenSeconds, token_type: 'Bearer' };
}

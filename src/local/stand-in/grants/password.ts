import type { FastifyRequest } from 'fastify';
import { Auth0Error } from '../auth0-error.js';
import { issuerOf } from '../issuer.js';
import type { Tenant } from '../tenant.js';
import { issueTokens } from '../tokens.js';
import {
  authenticateFor,
  organizationOf,
  required,
  scopesOf,
  type TokenRequest,
  type TokenResponse,
} from './token-request.js';

/** A person's own password, for command lines. */
export async function grantToPerson(
  request: FastifyRequest,
  wanted: TokenRequest,
  tenant: Tenant,
): Promise<TokenResponse> {
  const application = authenticateFor('password', wanted);
  const username = required(wanted, 'username');
  const password = required(wanted, 'password');
  if (wanted.audience !== undefined && wanted.audience !== tenant.audience) {
    throw Auth0Error.oauth(403, 'access_denied', `Service not found: ${wanted.audience}`);
  }
  const organization = organizationOf(wanted);
  const person = await tenant.people.logIn(username, password);
  if (!person) throw Auth0Error.oauth(403, 'invalid_grant', 'Wrong email or password.');
  const login = {
    personId: person.id,
    clientId: application.clientId,
    scopes: scopesOf(wanted),
    audience: wanted.audience,
    organization,
    loggedInAt: tenant.clock.seconds(),
  };
  const claims = await tenant.postLogin.run({ ...login, person, protocol: 'oauth2-password' });
  return issueTokens(tenant, issuerOf(request), { person, login, claims, grantType: 'password' });
}

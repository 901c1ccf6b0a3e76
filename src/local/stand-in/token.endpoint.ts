import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Application, authenticateApplication, type GrantType } from './applications.js';
import { Auth0Error } from './auth0-error.js';
import type { Clock } from './clock.js';
import { issuerOf, managementAudienceOf } from './issuer.js';
import { readParameters } from './parameters.js';
import type { SigningKeys } from './signing-keys.js';
import type { Tenant } from './tenant.js';

const TOKEN_LIFETIME_SECONDS = 86_400;
const PARAMETERS = [
  'grant_type',
  'client_id',
  'client_secret',
  'audience',
  'scope',
  'organization',
  'username',
  'password',
] as const;

type TokenRequest = Partial<Record<(typeof PARAMETERS)[number], string>>;

interface TokenResponse {
  readonly access_token: string;
  readonly scope?: string;
  readonly expires_in: number;
  readonly token_type: 'Bearer';
}

/** `POST /oauth/token` for the grants `client_credentials` and `password`. */
export function registerTokenEndpoint(app: FastifyInstance, tenant: Tenant): void {
  app.post('/oauth/token', { config: { operation: 'token' } }, async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    const wanted = readParameters(request.body, PARAMETERS);
    const answer = await grant(request, wanted, tenant);
    tenant.faults.tokenIssued(answer.access_token);
    return answer;
  });
}

async function grant(request: FastifyRequest, wanted: TokenRequest, tenant: Tenant): Promise<TokenResponse> {
  switch (wanted.grant_type) {
    case undefined:
      throw missing('grant_type');
    case 'client_credentials':
      return grantToMachine(request, wanted, tenant);
    case 'password':
      return grantToPerson(request, wanted, tenant);
    default:
      throw Auth0Error.oauth(403, 'unsupported_grant_type', `Unsupported grant type: ${wanted.grant_type}`);
  }
}

function grantToMachine(
  request: FastifyRequest,
  wanted: TokenRequest,
  { keys, clock, audience }: Tenant,
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
  return issue(request, wanted, keys, clock, {
    sub: `${application.clientId}@clients`,
    aud: wanted.audience,
    azp: application.clientId,
    gty: 'client-credentials',
    scope: allowed.join(' '),
    // The Management API knows scopes only.
    ...(isManagement ? {} : { permissions: allowed }),
  });
}

async function grantToPerson(
  request: FastifyRequest,
  wanted: TokenRequest,
  { keys, people, clock, audience, postLogin }: Tenant,
): Promise<TokenResponse> {
  const application = authenticateFor('password', wanted);
  if (!wanted.username) throw missing('username');
  if (!wanted.password) throw missing('password');
  if (wanted.audience !== undefined && wanted.audience !== audience) {
    throw Auth0Error.oauth(403, 'access_denied', `Service not found: ${wanted.audience}`);
  }
  const person = await people.logIn(wanted.username, wanted.password);
  if (!person) throw Auth0Error.oauth(403, 'invalid_grant', 'Wrong email or password.');
  const scopes = scopesOf(wanted);
  // Without an audience Auth0's access token is opaque: no API can verify it. A local run must show that mistake too.
  if (!wanted.audience) return respond(randomBytes(32).toString('base64url'), scopes.join(' '));
  const custom = await postLogin.run({
    person,
    clientId: application.clientId,
    protocol: 'oauth2-password',
    scopes,
    audience: wanted.audience,
    organization: wanted.organization,
  });
  const userinfo = `${issuerOf(request)}userinfo`;
  return issue(request, wanted, keys, clock, {
    ...custom.accessToken,
    sub: person.id,
    aud: scopes.includes('openid') ? [audience, userinfo] : audience,
    azp: application.clientId,
    gty: 'password',
    ...(scopes.length ? { scope: scopes.join(' ') } : {}),
    permissions: [],
  });
}

function authenticateFor(grantType: GrantType, wanted: TokenRequest): Application {
  const application = authenticateApplication(wanted.client_id, wanted.client_secret);
  if (!application.grantTypes.includes(grantType)) {
    throw Auth0Error.oauth(403, 'unauthorized_client', `Grant type '${grantType}' not allowed for the client.`);
  }
  return application;
}

function issue(
  request: FastifyRequest,
  wanted: TokenRequest,
  keys: SigningKeys,
  clock: Clock,
  claims: Readonly<Record<string, unknown>> & { readonly scope?: string },
): TokenResponse {
  if (wanted.organization !== undefined && !/^org_[A-Za-z0-9]{1,48}$/.test(wanted.organization)) {
    throw Auth0Error.oauth(400, 'invalid_request', 'Parameter organization must be an organization id (org_…)');
  }
  const iat = clock.seconds();
  const token = keys.sign({
    iss: issuerOf(request),
    ...claims,
    iat,
    exp: iat + TOKEN_LIFETIME_SECONDS,
    ...(wanted.organization ? { org_id: wanted.organization } : {}),
  });
  return respond(token, claims.scope);
}

function respond(accessToken: string, scope: string | undefined): TokenResponse {
  return {
    access_token: accessToken,
    ...(scope ? { scope } : {}),
    expires_in: TOKEN_LIFETIME_SECONDS,
    token_type: 'Bearer',
  };
}

function scopesOf(wanted: TokenRequest): string[] {
  return [...new Set(wanted.scope?.split(' ').filter(Boolean))];
}

function missing(parameter: string): Auth0Error {
  return Auth0Error.oauth(400, 'invalid_request', `Missing required parameter: ${parameter}`);
}

import { type Application, authenticateApplication, type GrantType } from '../applications.js';
import { Auth0Error } from '../auth0-error.js';

export const TOKEN_PARAMETERS = [
  'grant_type',
  'client_id',
  'client_secret',
  'audience',
  'scope',
  'organization',
  'username',
  'password',
  'code',
  'code_verifier',
  'redirect_uri',
  'refresh_token',
] as const;

/** The parameters of a request to `/oauth/token`. */
export type TokenRequest = Partial<Record<(typeof TOKEN_PARAMETERS)[number], string>>;

export interface TokenResponse {
  readonly access_token: string;
  readonly id_token?: string;
  readonly refresh_token?: string;
  readonly scope?: string;
  readonly expires_in: number;
  readonly token_type: 'Bearer';
}

/** The application that asks, if it may use this grant. */
export function authenticateFor(grantType: GrantType, wanted: TokenRequest): Application {
  const application = authenticateApplication(wanted.client_id, wanted.client_secret);
  if (!application.grantTypes.includes(grantType)) {
    throw Auth0Error.oauth(403, 'unauthorized_client', `Grant type '${grantType}' not allowed for the client.`);
  }
  return application;
}

/** A parameter that the grant cannot do without. */
export function required(wanted: TokenRequest, name: keyof TokenRequest): string {
  const value = wanted[name];
  if (value === undefined) throw Auth0Error.oauth(400, 'invalid_request', `Missing required parameter: ${name}`);
  return value;
}

export function scopesOf(wanted: TokenRequest): string[] {
  return [...new Set(wanted.scope?.split(' ').filter(Boolean))];
}

export function organizationOf({ organization }: TokenRequest): string | undefined {
  if (organization !== undefined && !/^org_[A-Za-z0-9]{1,48}$/.test(organization)) {
    throw Auth0Error.oauth(400, 'invalid_request', 'Parameter organization must be an organization id (org_…)');
  }
  return organization;
}

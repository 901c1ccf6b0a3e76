import { baseUrlOf } from '../config/auth0-domain.js';
import { callAuth0, type Auth0Answer } from './auth0-call.js';

export interface Client {
  readonly domain: string;
  readonly id: string;
  readonly secret: string;
}

export interface MachineToken {
  readonly token: string;
  readonly scopes: readonly string[];
}

/** A token of the service's own application for an audience, or the answer that refused it. */
export async function requestMachineToken(
  { domain, id, secret }: Client,
  audience: string,
): Promise<MachineToken | { readonly refusal: Auth0Answer }> {
  const answer = await callAuth0(`${baseUrlOf(domain)}/oauth/token`, {
    method: 'POST',
    body: { grant_type: 'client_credentials', client_id: id, client_secret: secret, audience },
  });
  const { access_token: token, scope } = answer.body;
  if (answer.status !== 200 || typeof token !== 'string') return { refusal: answer };
  return { token, scopes: typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [] };
}

/** Auth0 knows no API of that identifier. */
export const isUnknownAudience = ({ told }: Auth0Answer): boolean => /service not (enabled|found)/i.test(told);

/** There is such an API, but the application was not authorised for it. */
export const isUngranted = ({ told }: Auth0Answer): boolean => /not authorized to access|client-grant/i.test(told);

import type { TokenResponse } from './grants/token-request.js';
import type { Login } from './login/login.js';
import type { Person } from './people.js';
import type { CustomClaims } from './post-login.js';
import type { Tenant } from './tenant.js';

const ID_TOKEN_SECONDS = 36_000;

interface Issue {
  readonly person: Person;
  readonly login: Login;
  /** What the post-login Action adds; it replaces nothing that Auth0 says itself. */
  readonly claims: CustomClaims;
  /** The `gty` claim; absent for logins in a browser. */
  readonly grantType?: 'password';
  readonly nonce?: string;
  /** Whether the id token says when the person logged in. */
  readonly tellsLoginTime?: boolean;
  /** The one that replaces the token that was used. Absent: a first one, if `offline_access` is asked for. */
  readonly refreshToken?: string;
}

/** The tokens of a login: one for the API always, an id token with `openid`, a refresh token with `offline_access`. */
export async function issueTokens(tenant: Tenant, issuer: string, issue: Issue): Promise<TokenResponse> {
  const { login, refreshToken } = issue;
  const isOffline = login.scopes.includes('offline_access');
  const newRefreshToken = refreshToken ?? (isOffline ? await tenant.refreshTokens.issue(login) : undefined);
  return {
    access_token: accessToken(tenant, issuer, issue),
    ...(login.scopes.includes('openid') && { id_token: idToken(tenant, issuer, issue) }),
    ...(newRefreshToken && { refresh_token: newRefreshToken }),
    ...(login.scopes.length && { scope: login.scopes.join(' ') }),
    expires_in: tenant.accessTokenSeconds,
    token_type: 'Bearer',
  };
}

function accessToken(tenant: Tenant, issuer: string, { login, claims, grantType }: Issue): string {
  const { clock, keys, accessTokenSeconds } = tenant;
  const { personId, clientId, scopes, audience, organization } = login;
  if (!audience) return tenant.opaqueTokens.issue(login);
  const iat = clock.seconds();
  return keys.sign({
    ...claims.accessToken,
    iss: issuer,
    sub: personId,
    aud: scopes.includes('openid') ? [audience, userinfoOf(issuer)] : audience,
    azp: clientId,
    ...(grantType && { gty: grantType }),
    ...(scopes.length && { scope: scopes.join(' ') }),
    ...(organization && { org_id: organization }),
    permissions: [],
    iat,
    exp: iat + accessTokenSeconds,
  });
}

function idToken({ clock, keys }: Tenant, issuer: string, issue: Issue): string {
  const { person, login, claims, nonce, tellsLoginTime } = issue;
  const { clientId, organization, scopes, sessionId, loggedInAt } = login;
  const iat = clock.seconds();
  return keys.sign({
    ...claims.idToken,
    ...profileClaims(person, scopes),
    iss: issuer,
    aud: clientId,
    iat,
    exp: iat + ID_TOKEN_SECONDS,
    ...(sessionId && { sid: sessionId }),
    ...(nonce && { nonce }),
    ...(tellsLoginTime && { auth_time: loggedInAt }),
    ...(organization && { org_id: organization }),
  });
}

/** What an id token and `/userinfo` say of a person, as far as the scopes go. */
export function profileClaims(person: Person, scopes: readonly string[]): Readonly<Record<string, unknown>> {
  return {
    sub: person.id,
    ...(scopes.includes('profile') && {
      nickname: person.email.split('@')[0],
      name: person.email,
      updated_at: person.updatedAt,
    }),
    ...(scopes.includes('email') && { email: person.email, email_verified: person.emailVerified }),
  };
}

export const userinfoOf = (issuer: string): string => `${issuer}userinfo`;

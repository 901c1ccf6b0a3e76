import { WEB_CLIENT_ID } from '../applications.js';
import type { Auth0Error } from '../auth0-error.js';
import type { ApplicationUrls } from './application-urls.js';
import { LoginError } from './login-error.js';

const ORGANIZATION = /^org_[A-Za-z0-9]{1,48}$/;
/** Base64url of a SHA-256. */
const S256_CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/** What an application asks for at `/authorize`, checked. */
export interface AuthorizationRequest {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly responseMode: 'query' | 'web_message';
  readonly state?: string;
  readonly nonce?: string;
  readonly codeChallenge: string;
  readonly scopes: readonly string[];
  /** Absent: the access token is for `/userinfo` only. */
  readonly audience?: string;
  readonly organization?: string;
  /** `none`: without showing anything; `login`: asking again. */
  readonly prompt?: string;
  /** How old a login may be, in seconds. */
  readonly maxAge?: number;
  readonly loginHint?: string;
  readonly wantsSignUp: boolean;
}

/** Where a refusal may be told to the application, rather than to the person. */
export type ReplyTo = Pick<AuthorizationRequest, 'redirectUri' | 'responseMode' | 'state'>;

/** A request that the application has to be told is wrong. */
export class AuthorizationError extends Error {
  constructor(
    readonly replyTo: ReplyTo,
    readonly code: string,
    description: string,
  ) {
    super(description);
    this.name = 'AuthorizationError';
  }

  /** The same refusal as at the token endpoint. */
  static from(replyTo: ReplyTo, { body }: Auth0Error): AuthorizationError {
    return new AuthorizationError(replyTo, String(body['error']), String(body['error_description']));
  }
}

/**
 * Reads the query of `/authorize`.
 * @throws LoginError when it cannot be trusted where to answer
 * @throws AuthorizationError when the application can be told what is wrong
 */
export function readAuthorizationRequest(
  query: Readonly<Record<string, unknown>>,
  urls: ApplicationUrls,
  apiAudience: string,
): AuthorizationRequest {
  const text = (name: string): string | undefined => {
    const value = query[name];
    if (Array.isArray(value)) throw new LoginError(400, 'Invalid request', `The parameter ${name} was sent twice.`);
    return value === '' ? undefined : (value as string | undefined);
  };
  const clientId = text('client_id');
  if (clientId !== WEB_CLIENT_ID) {
    throw new LoginError(403, 'Unknown application', `No application has the client_id “${clientId ?? ''}”.`);
  }
  const redirectUri = text('redirect_uri') ?? '';
  if (!urls.allowsCallback(redirectUri)) {
    const explanation = `The redirect_uri “${redirectUri}” is not among the allowed callback URLs of ${clientId}. Name its origin in CORS_ORIGINS, and start Foothold again.`;
    throw new LoginError(403, 'Callback URL mismatch', explanation);
  }
  const responseMode = text('response_mode') ?? 'query';
  const state = text('state');
  if (responseMode !== 'query' && responseMode !== 'web_message') {
    throw new LoginError(400, 'Invalid request', `The response_mode “${responseMode}” is not supported.`);
  }
  const replyTo: ReplyTo = { redirectUri, responseMode, state };
  const refuse = (code: string, description: string): never => {
    throw new AuthorizationError(replyTo, code, description);
  };
  if (text('response_type') !== 'code') refuse('unsupported_response_type', 'The only response_type is code');
  const codeChallenge = text('code_challenge') ?? '';
  if (text('code_challenge_method') !== 'S256' || !S256_CHALLENGE.test(codeChallenge)) {
    refuse('invalid_request', 'A code_challenge with the code_challenge_method S256 is required');
  }
  const audience = text('audience');
  if (audience !== undefined && audience !== apiAudience) refuse('access_denied', `Service not found: ${audience}`);
  const organization = text('organization');
  if (organization !== undefined && !ORGANIZATION.test(organization)) {
    refuse('invalid_request', 'Parameter organization must be an organization id (org_…)');
  }
  const maxAge = text('max_age');
  if (maxAge !== undefined && !/^\d{1,9}$/.test(maxAge))
    refuse('invalid_request', 'max_age must be a number of seconds');
  return {
    ...replyTo,
    clientId,
    codeChallenge,
    audience,
    organization,
    nonce: text('nonce'),
    scopes: [...new Set(text('scope')?.split(' ').filter(Boolean))],
    prompt: text('prompt'),
    maxAge: maxAge === undefined ? undefined : Number(maxAge),
    loginHint: text('login_hint'),
    wantsSignUp: text('screen_hint') === 'signup',
  };
}

import { isObject } from '../../../../src/flow/index.js';
import type { ApiOptions } from './client.types.js';
import type { Environment } from './environment.js';
import { OnboardingFailure } from './failure.js';
import { LOGIN_ERRORS } from './login-errors.js';
import { parseJson } from './parse-json.js';
import { serviceUrl } from './service-url.js';

/** A token endpoint that hangs is an outage, not a sign-out. */
const LONGEST_TOKEN_MS = 8_000;
const LONGEST_REQUEST_MS = 30_000;

/** The service did as it was asked. */
export interface Success {
  readonly status: number;
  readonly body: unknown;
  readonly etag: string | null;
}

/** What became of one request: the service did it, refused it (a failure without a reason), or nobody knows. */
export type Answer = Success | OnboardingFailure;

export interface ApiRequest {
  readonly path: string;
  readonly body?: unknown;
  readonly tenant?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Also after the page is gone. */
  readonly keepalive?: boolean;
  readonly signal?: AbortSignal;
}

export interface Api {
  send(request: ApiRequest): Promise<Answer>;
  /** As `send`, but gives the response as soon as its headers have come, and sets no limit to its length. */
  open(request: ApiRequest): Promise<Response>;
}

/** They say nothing on what was asked: log in, or ask again later. */
const UNDECIDED_STATUSES = [401, 408, 425, 429];
/** The token is refused, or so large that its header is: a fresh one may be better, once; then the user has to log in. */
const TOKEN_STATUSES = [401, 431];
const TOKEN_TOO_LARGE =
  'The login is too large to be sent. Log in again; if that does not help, claims have to be removed from the access token.';

/** `subject`: whom a token must name, now; somebody else's token is never sent. */
export function createApi(
  { baseUrl, getToken }: ApiOptions,
  environment: Environment,
  subject: () => string | null,
): Api {
  const { clock, fetch, page } = environment;
  const outage = (): 'offline' | 'backend' => (page.isOnline() ? 'backend' : 'offline');

  async function token(fresh: boolean): Promise<string> {
    const value = await within(clock, LONGEST_TOKEN_MS, () => getToken({ fresh }));
    const named = subjectOf(value);
    if (named !== undefined && named !== subject())
      throw Object.assign(new Error('The token names somebody else.'), { error: 'login_required' });
    return value;
  }

  async function call(
    { path, body, tenant, headers, keepalive, signal }: ApiRequest,
    fresh: boolean,
  ): Promise<Response> {
    const authorization = `Bearer ${await token(fresh)}`;
    return fetch(serviceUrl(baseUrl, path), {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(tenant && { 'x-tenant-id': tenant }),
        ...headers,
      },
      cache: 'no-store',
      credentials: 'omit',
      body: JSON.stringify(body),
      keepalive,
      signal,
    });
  }

  async function open(request: ApiRequest): Promise<Response> {
    const response = await call(request, false);
    return TOKEN_STATUSES.includes(response.status) ? call(request, true) : response;
  }

  async function send(request: ApiRequest): Promise<Answer> {
    const limit = new AbortController();
    try {
      return await within(
        clock,
        LONGEST_REQUEST_MS,
        async () => answerOf(await open({ ...request, signal: limit.signal }), clock.now()),
        () => limit.abort(),
      );
    } catch (error) {
      const code = isObject(error) ? textOf(error['error']) : '';
      const reason = LOGIN_ERRORS.includes(code) ? 'auth' : outage();
      return new OnboardingFailure(code || reason, String(error), reason);
    }
  }

  return { send, open };
}

async function answerOf(response: Response, now: number): Promise<Answer> {
  const { status, headers } = response;
  const body = parseJson(await response.text());
  if (response.ok || status === 304) return { status, body, etag: headers.get('etag') };
  const problem = isObject(body) ? body : {};
  if (status === 431) return new OnboardingFailure('headers_too_large', TOKEN_TOO_LARGE, 'auth');
  const code = textOf(problem['code']);
  const message = textOf(problem['detail']) || `The service answered ${status}.`;
  // Only the service's own word refuses; a proxy's error page is an outage.
  const isRefusal = status < 500 && !UNDECIDED_STATUSES.includes(status) && code !== 'reconciliation_required';
  if (isRefusal && code) return new OnboardingFailure(code, message, null, 0, problem);
  const reason = status === 401 ? 'auth' : 'backend';
  return new OnboardingFailure(code || `http_${status}`, message, reason, retryAfter(headers, now), problem);
}

/** An empty text for what is none. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Seconds or a date. */
function retryAfter(headers: Headers, now: number): number {
  const value = headers.get('retry-after') ?? '';
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return ms > 0 ? ms : 0;
}

/** Whom a JWT names; undefined for an opaque token. */
function subjectOf(token: string): unknown {
  const claims = token.split('.')[1];
  if (!claims) return undefined;
  try {
    const bytes = Uint8Array.from(atob(claims.replace(/-/g, '+').replace(/_/g, '/')), (byte) => byte.charCodeAt(0));
    const payload = parseJson(new TextDecoder().decode(bytes));
    return isObject(payload) ? payload['sub'] : undefined;
  } catch {
    return undefined;
  }
}

/** Rejects when `work` takes longer than `ms`. */
export function within<T>(
  clock: Environment['clock'],
  ms: number,
  work: () => Promise<T>,
  expire?: () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => {
      expire?.();
      reject(new Error(`No answer within ${ms} ms.`));
    }, ms);
    work()
      .then(resolve, reject)
      .finally(() => clock.clearTimeout(timer));
  });
}

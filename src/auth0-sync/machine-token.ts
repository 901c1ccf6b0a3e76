import type { Config } from '../config/config.js';
import { isObject } from '../flow/index.js';
import { MirrorFailure } from './mirror.js';
import { retryAfterIn } from './rate-headers.js';
import { NO_ANSWER } from './whole-fetch.js';

/** A new token is asked for in the background when less than this share of the lifetime is left. */
const REFRESH_AHEAD = 0.2;
/** A token that ends within this time could end under way. */
const MARGIN_MS = 15_000;

interface MachineToken {
  readonly value: string;
  readonly askedAt: number;
  readonly refreshAt: number;
  readonly unusableAt: number;
}

/**
 * The service's own tokens for the Management API (grant `client_credentials`). The SDK's provider is not used: it keeps
 * a token until its last ten seconds and never drops one that was refused.
 *
 * none: whoever asks waits for one request, which all share. Left by its success.
 * usable: handed out at once; near its end it is renewed in the background. Left by `drop`, or by its end.
 */
export class MachineTokens {
  private token: MachineToken | undefined;
  private asking: Promise<MachineToken> | undefined;
  private failure: { readonly error: MirrorFailure; readonly until: number } | undefined;

  /** @param pauseMs after a failure nobody asks again for so long: a flood of sends must not become one of token requests */
  constructor(
    private readonly auth0: Config['auth0'],
    private readonly fetch: typeof globalThis.fetch,
    private readonly pauseMs: number,
  ) {}

  /** @throws MirrorFailure when no token can be had */
  async current(): Promise<string> {
    const { token } = this;
    const now = performance.now();
    if (token && now < token.unusableAt) {
      if (now >= token.refreshAt) this.ask().catch(() => undefined);
      return token.value;
    }
    return (await this.ask()).value;
  }

  /**
   * Does not hand out a token again that the Management API refused.
   * @param minAgeMs a token that was issued more recently is kept
   */
  drop(value: string, minAgeMs = 0): void {
    const { token } = this;
    if (token?.value === value && performance.now() - token.askedAt >= minAgeMs) this.token = undefined;
  }

  private ask(): Promise<MachineToken> {
    if (this.failure && performance.now() < this.failure.until) return Promise.reject(this.failure.error);
    return (this.asking ??= this.request()
      .then((token) => {
        this.failure = undefined;
        return (this.token = token);
      })
      .catch((error: MirrorFailure) => {
        this.failure = { error, until: performance.now() + (error.retryInMs ?? this.pauseMs) };
        throw error;
      })
      .finally(() => (this.asking = undefined)));
  }

  private async request(): Promise<MachineToken> {
    const { canonicalUrl, managementAudience, client } = this.auth0;
    const askedAt = performance.now();
    const response = await this.fetch(`${canonicalUrl}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'client_credentials',
        client_id: client.id,
        client_secret: client.secret,
        audience: managementAudience,
      }),
    });
    const answer: unknown = await response.json().catch(() => undefined);
    const { access_token: value, expires_in: seconds } = (isObject(answer) ? answer : {}) as Record<string, unknown>;
    if (!response.ok || typeof value !== 'string' || typeof seconds !== 'number') throw failureOf(response, answer);
    const lifetimeMs = seconds * 1000;
    return {
      value,
      askedAt,
      refreshAt: askedAt + lifetimeMs * (1 - REFRESH_AHEAD),
      unusableAt: askedAt + Math.max(lifetimeMs - MARGIN_MS, lifetimeMs / 2),
    };
  }
}

function failureOf({ status, headers }: Response, answer: unknown): MirrorFailure {
  const {
    error,
    error_description: description,
    message,
  } = (isObject(answer) ? answer : {}) as Record<string, unknown>;
  const said = [description, error, message].find((text) => typeof text === 'string') ?? 'no usable answer';
  if (status === NO_ANSWER) return new MirrorFailure('unavailable', `The token endpoint does not answer: ${said}`);
  // Never `refused`: no mirror is to blame for it, and all of them follow once the settings are right.
  return new MirrorFailure('unavailable', `No machine token (${status}): ${said}`, {
    ...(status === 429 && { retryAfterMs: retryAfterIn(headers) }),
  });
}

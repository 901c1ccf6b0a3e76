import { Inject, Injectable } from '@nestjs/common';
import type { Management } from 'auth0';
import { UsersClient } from 'auth0/users';
import { CONFIG, type Config } from '../config/config.js';
import { isObject } from '../flow/index.js';
import { MachineTokens } from './machine-token.js';
import { mirrorKeys, type MirrorKeys } from './mirror-key.js';
import { Mirror, MirrorFailure, type MirrorChanges, type StoredMirrors } from './mirror.js';
import { RateBudget, type CallKind } from './rate-budget.js';
import { SYNC_TIMING, type SyncTiming } from './sync-timing.js';
import { numberIn, retryAfterIn } from './rate-headers.js';
import { NO_ANSWER, wholeFetch } from './whole-fetch.js';

type RawResponse = Awaited<ReturnType<ReturnType<UsersClient['get']>['withRawResponse']>>;

/**
 * Mirrors in people's Auth0 metadata. The only importer of the SDK, whose own retries are off: they are harmful (PATCH
 * included, all at the same moment), and the rate budget knows better.
 */
@Injectable()
export class Auth0MirrorGateway extends Mirror {
  private readonly field: 'app_metadata' | 'user_metadata';
  private readonly keys: MirrorKeys;
  private readonly stopping = new AbortController();
  private readonly tokens: MachineTokens;
  private readonly users: UsersClient;
  /** A token that lacks a scope is replaced after this long: Auth0 bills machine tokens. */
  private readonly newScopesMs: number;

  constructor(
    @Inject(CONFIG) { auth0, mirror }: Config,
    @Inject(SYNC_TIMING) { callMs, retry }: SyncTiming,
    private readonly budget: RateBudget,
  ) {
    super();
    this.field = mirror.metadataField;
    this.newScopesMs = retry.lastMs;
    this.keys = mirrorKeys(mirror.environment);
    const fetch = wholeFetch(callMs, this.stopping.signal);
    this.tokens = new MachineTokens(auth0, fetch, retry.firstMs);
    this.users = new UsersClient({
      baseUrl: auth0.managementUrl,
      token: () => this.tokens.current(),
      maxRetries: 0,
      timeoutInSeconds: (2 * callMs) / 1000,
      fetch,
    });
  }

  close(): void {
    this.stopping.abort(new Error('the service stops'));
  }

  async read(subject: string): Promise<StoredMirrors> {
    const fields = `user_id,${this.field}`;
    return this.call('read', (users) => users.get(subject, { fields, include_fields: true }));
  }

  async write(subject: string, changes: MirrorChanges): Promise<StoredMirrors> {
    // An empty object would clear everything that anybody keeps there.
    if (changes.size === 0) throw new TypeError('A write without a change would wipe the metadata');
    const metadata = Object.fromEntries([...changes].map(([tenantId, mirror]) => [this.keys.keyOf(tenantId), mirror]));
    return this.call('write', (users) => users.update(subject, { [this.field]: metadata }));
  }

  /**
   * After a 401 it tries once more with a new token, because a token can be revoked early. After a 403 the next call uses a
   * new token, because a token never gains the scopes that were granted after it was issued.
   */
  private async call(
    kind: CallKind,
    run: (users: UsersClient) => ReturnType<UsersClient['get']>,
  ): Promise<StoredMirrors> {
    const token = await this.tokens.current();
    try {
      return await this.attempt(kind, run);
    } catch (error) {
      if (statusOf(error) === 403) this.tokens.drop(token, this.newScopesMs);
      if (statusOf(error) !== 401) throw this.failureOf(error);
      this.tokens.drop(token);
    }
    return this.attempt(kind, run).catch((error: unknown) => {
      throw this.failureOf(error);
    });
  }

  private async attempt(
    kind: CallKind,
    run: (users: UsersClient) => ReturnType<UsersClient['get']>,
  ): Promise<StoredMirrors> {
    const sentAt = performance.now();
    const { data, rawResponse }: RawResponse = await run(this.users).withRawResponse();
    this.budget.observe(kind, sentAt, {
      limit: numberIn(rawResponse.headers, 'x-ratelimit-limit'),
      remaining: numberIn(rawResponse.headers, 'x-ratelimit-remaining'),
    });
    return this.mirrorsIn(data);
  }

  private mirrorsIn(user: unknown): StoredMirrors {
    // A 200 that is not the person (a proxy's page, an empty body) must not be taken for "there is no mirror".
    if (!isObject(user) || typeof user['user_id'] !== 'string') {
      throw new MirrorFailure('unavailable', 'Auth0 answered 200 with something that is no user');
    }
    return this.keys.mirrorsIn(user[this.field]);
  }

  private failureOf(error: unknown): MirrorFailure {
    if (error instanceof MirrorFailure) return error;
    const status = statusOf(error);
    const said = saidIn(error);
    switch (status) {
      case 401:
        return new MirrorFailure('unavailable', `Auth0 refuses the machine token: ${said}`, { cause: error });
      case 403:
        // Not `refused`: the client lacks a scope for every person, and all mirrors follow once it is granted.
        return new MirrorFailure(
          'unavailable',
          `The machine client may not do that; grant the scope (npm run doctor names it): ${said}`,
          { cause: error },
        );
      case 404:
        return new MirrorFailure('refused', 'The person does not exist in Auth0', {
          cause: error,
          personUnknown: true,
        });
      case 429:
        return new MirrorFailure('rate_limited', 'Auth0 says too many requests', {
          cause: error,
          retryAfterMs: retryAfterIn((error as SdkError).rawResponse?.headers ?? new Headers()),
        });
      case NO_ANSWER:
        return new MirrorFailure('unavailable', `Auth0 does not answer: ${said}`, { cause: error });
    }
    const isRefusal = status !== undefined && status >= 400 && status < 500 && status !== 408;
    const reason = status === undefined ? `Auth0 cannot be asked: ${said}` : `Auth0 answered ${status}: ${said}`;
    return new MirrorFailure(isRefusal ? 'refused' : 'unavailable', reason, { cause: error });
  }
}

type SdkError = Partial<Management.TooManyRequestsError>;

const statusOf = (error: unknown): number | undefined => (error as SdkError).statusCode;

/** Auth0's own words, never the whole error: that holds the request. */
function saidIn(error: unknown): string {
  const { body, message } = error as { body?: unknown; message?: string };
  const said = isObject(body) ? body['message'] : undefined;
  if (typeof said === 'string') return said.slice(0, 200);
  return typeof body === 'string' ? 'no JSON' : (message ?? 'no reason given').split('\n', 1)[0]!.slice(0, 200);
}

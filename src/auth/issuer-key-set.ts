import { createPublicKey, type KeyObject } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { JwksClient } from 'jwks-rsa';
import { withDeadline } from '../http/deadline.js';
import { Problem, retryAfter } from '../http/problem.js';
import { reasonOf } from './reason-of.js';
import type { TokenClock } from './token-clock.js';
import { invalidToken } from './unauthenticated.js';
import { ALGORITHM } from './unverified-token.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Time for a whole fetch, body included. */
const FETCH_TIMEOUT_MS = 3 * SECOND;
const REFRESH_MS = { min: 5 * MINUTE, max: 6 * MINUTE } as const;
const REFRESH_AFTER_FAILURE_MS = 30 * SECOND;
/** An unknown kid is judged by a set at most this old; an older one means that no refresh had its turn. */
const FRESH_MS = REFRESH_MS.max + FETCH_TIMEOUT_MS;
/** Keys of the last good fetch serve this long through an outage of the key endpoint. */
const KEEP_MS = 12 * 60 * MINUTE;
/** At least this long between two fetches that requests cause: by an unknown kid, and while there is no key at all. */
const ON_DEMAND_GAP_MS = { unknownKid: 30 * SECOND, noKeys: 2 * SECOND } as const;
const MIN_MODULUS_BITS = 2048;

type Keys = ReadonlyMap<string, KeyObject>;

/** What is known about one issuer's keys, for health. */
export interface KeySetState {
  readonly issuer: string;
  /** How many keys can be used now. */
  readonly keys: number;
  readonly lastSuccess: Date | null;
  /** Why the newest fetch failed; null if it did not. */
  readonly lastError: string | null;
}

/**
 * The signing keys of one issuer, as `KeyObject` by kid: jwks-rsa's own passport secret hands out PEM, which costs
 * 196 µs per check instead of 27, and its limiter refuses good tokens after a flood of bad ones.
 *
 * empty: nothing was ever fetched, or the keys grew too old. Tokens are 503. Left by a good fetch.
 * fresh: the newest fetch was good, and is recent. An unknown kid is a bad token, 401. Left by a fetch that fails.
 * stale: known kids are still served; an unknown one cannot be judged, 503. Left by a good fetch, or after 12 hours
 * to empty. A fetch counts as good only if it brought at least one usable key.
 */
export class IssuerKeySet {
  private readonly logger = new Logger(IssuerKeySet.name);
  private readonly stopping = new AbortController();
  private readonly client: JwksClient;
  private keys: Keys = new Map();
  private lastSuccess = -Infinity;
  private lastOnDemand = -Infinity;
  private lastError: string | null = null;
  private inFlight: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param onChange called whenever a key came or went
   * @param clock is told what time it is there
   */
  constructor(
    readonly issuer: string,
    private readonly onChange: () => void,
    private readonly clock: TokenClock,
  ) {
    this.client = new JwksClient({
      jwksUri: `${issuer}.well-known/jwks.json`,
      cache: false,
      rateLimit: false,
      // jwks-rsa's own request never ends when the body stalls.
      fetcher: (uri) => this.fetchJson(uri),
    });
  }

  /** Fetches now and then again and again, in the background. Returns at once; a failure stops nothing. */
  start(): void {
    void this.refresh().then(() => this.scheduleRefresh());
  }

  stop(): void {
    clearTimeout(this.timer);
    this.stopping.abort();
  }

  /**
   * The key of that id, fetching the set anew if it is not known and the budget allows.
   * @throws Problem `unauthenticated` if there is no such key, `keys_unavailable` if that cannot be known now
   */
  async keyFor(kid: string): Promise<KeyObject> {
    this.dropTooOld();
    return this.keys.get(kid) ?? (await this.fetchKeyFor(kid));
  }

  /** Fetches the set; calls at the same time share one fetch. Never rejects: see `state`. */
  refresh(): Promise<void> {
    return (this.inFlight ??= this.fetchSet().finally(() => {
      this.inFlight = undefined;
    }));
  }

  keyIds(): string[] {
    return [...this.keys.keys()];
  }

  state(): KeySetState {
    return {
      issuer: this.issuer,
      keys: this.keys.size,
      lastSuccess: Number.isFinite(this.lastSuccess) ? new Date(this.lastSuccess) : null,
      lastError: this.lastError,
    };
  }

  private async fetchKeyFor(kid: string): Promise<KeyObject> {
    if (this.inFlight || this.spendOnDemand()) await this.refresh();
    const key = this.keys.get(kid);
    if (key) return key;
    // It may have been published since the last fetch that was good.
    if (this.lastError !== null || this.age() > FRESH_MS) throw this.unavailable();
    throw invalidToken('The access token is signed with a key that its issuer does not publish.');
  }

  private unavailable(): Problem {
    const retryAfterSeconds = Math.max(1, Math.ceil(this.onDemandWaitMs() / SECOND));
    const detail = `The signing keys of ${this.issuer} are unavailable; try again later.`;
    return new Problem('keys_unavailable', detail, retryAfter(retryAfterSeconds));
  }

  private spendOnDemand(): boolean {
    if (this.onDemandWaitMs() > 0) return false;
    this.lastOnDemand = Date.now();
    return true;
  }

  private onDemandWaitMs(): number {
    const gap = this.keys.size ? ON_DEMAND_GAP_MS.unknownKid : ON_DEMAND_GAP_MS.noKeys;
    return this.lastOnDemand + gap - Date.now();
  }

  private age(): number {
    return Date.now() - this.lastSuccess;
  }

  private dropTooOld(): void {
    if (this.keys.size && this.age() > KEEP_MS) {
      this.logger.error(`The keys of ${this.issuer} are dropped: they could not be refreshed for 12 hours`);
      this.replace(new Map());
    }
  }

  private scheduleRefresh(): void {
    if (this.stopping.signal.aborted) return;
    const spread = Math.random() * (REFRESH_MS.max - REFRESH_MS.min);
    this.timer = setTimeout(() => this.start(), this.lastError ? REFRESH_AFTER_FAILURE_MS : REFRESH_MS.min + spread);
    this.timer.unref();
  }

  private async fetchSet(): Promise<void> {
    try {
      const keys = usableKeys(await this.client.getSigningKeys());
      if (this.lastError) this.logger.log(`The keys of ${this.issuer} can be fetched again`);
      this.lastError = null;
      this.lastSuccess = Date.now();
      this.replace(keys);
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      if (!this.lastError) this.logger.warn(`The keys of ${this.issuer} cannot be fetched: ${reasonOf(error)}`);
      this.lastError = reasonOf(error);
      this.dropTooOld();
    }
  }

  private replace(keys: Keys): void {
    if (sameKeys(this.keys, keys)) return;
    this.keys = keys;
    this.onChange();
  }

  private fetchJson(uri: string): Promise<{ keys: unknown }> {
    const askedAt = performance.now();
    return withDeadline(FETCH_TIMEOUT_MS, this.stopping.signal, async (signal) => {
      const response = await fetch(uri, { redirect: 'error', signal });
      if (response.ok) {
        this.clock.observeAnswer(response.headers, askedAt, performance.now());
        return (await response.json()) as { keys: unknown };
      }
      await response.body?.cancel();
      throw new Error(`HTTP ${response.status} from ${uri}`);
    });
  }
}

/** @throws Error if none is usable, so that a set without keys never replaces a good one */
function usableKeys(published: Awaited<ReturnType<JwksClient['getSigningKeys']>>): Keys {
  const keys = new Map<string, KeyObject>();
  for (const jwk of published) {
    if (!jwk.kid || keys.has(jwk.kid) || (jwk.alg && jwk.alg !== ALGORITHM)) continue;
    const key = createPublicKey(jwk.getPublicKey());
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    if (key.asymmetricKeyType === 'rsa' && bits >= MIN_MODULUS_BITS) keys.set(jwk.kid, key);
  }
  if (keys.size === 0) throw new Error(`the set holds no ${ALGORITHM} key with a kid and ${MIN_MODULUS_BITS} bits`);
  return keys;
}

const sameKeys = (left: Keys, right: Keys): boolean =>
  left.size === right.size && [...left].every(([kid, key]) => right.get(kid)?.equals(key));

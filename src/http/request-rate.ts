import { LRUCache } from 'lru-cache';

const REMEMBERED_CALLERS = 50_000;

/** `burst` requests at once, `perSecond` in the long run. */
export interface RateLimit {
  readonly burst: number;
  readonly perSecond: number;
}

/**
 * Counts requests per caller, in this process (GCRA, https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm): one number
 * per caller says when its bucket will be full again, and callers not seen for the longest time are forgotten.
 * Rejected: @nestjs/throttler, whose window lets twice the burst through at its edge and which keeps a timer per request.
 */
export class RequestRate {
  private readonly fullAgainAt = new LRUCache<string, number>({ max: REMEMBERED_CALLERS });
  private readonly intervalMs: number;
  private readonly burstMs: number;

  constructor({ burst, perSecond }: RateLimit) {
    this.intervalMs = 1000 / perSecond;
    this.burstMs = burst * this.intervalMs;
  }

  /** Counts one request of this caller. Returns 0, or, if the limit is reached, in how many seconds one more is allowed. */
  take(caller: string): number {
    const now = performance.now();
    // Not from the sum with `now`: its rounding would refuse the last request of a burst now and then.
    const takenMs = Math.max((this.fullAgainAt.get(caller) ?? 0) - now, 0) + this.intervalMs;
    const waitMs = takenMs - this.burstMs;
    if (waitMs > 0) return Math.ceil(waitMs / 1000);
    this.fullAgainAt.set(caller, now + takenMs);
    return 0;
  }
}

import type { RatePlan } from '../../../config/rate-plan.js';
import { RATE_LIMITS, type Bucket, type RateGroup, type RateLimits } from './rate-plan.js';

const MICROSECONDS_PER_MINUTE = 60_000_000;

/** What a call found in its bucket. */
export interface Taken {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Until the next token is added. */
  readonly nextTokenMs: number;
}

/**
 * A token bucket, exactly: one token every 60 / `perMinute` seconds, up to `burst`. One number says when it will be full
 * again; whole microseconds, because rounding would lose a token now and then.
 */
export class TokenBucket {
  private readonly interval: number;
  private fullAgainAt = 0;

  constructor(
    private readonly bucket: Bucket,
    private readonly now = () => Math.floor(performance.now() * 1000),
  ) {
    this.interval = Math.round(MICROSECONDS_PER_MINUTE / bucket.perMinute);
  }

  take(): Taken {
    const { burst } = this.bucket;
    const now = this.now();
    const missing = Math.max(this.fullAgainAt - now, 0);
    const allowed = missing + this.interval <= burst * this.interval;
    const after = allowed ? missing + this.interval : missing;
    this.fullAgainAt = now + after;
    return {
      allowed,
      limit: burst,
      remaining: burst - Math.ceil(after / this.interval),
      nextTokenMs: (after % this.interval || this.interval) / 1000,
    };
  }
}

/** The buckets of the plan that holds. */
export class RateLimit {
  private buckets!: (group: RateGroup) => TokenBucket;
  private currentPlan!: RatePlan;

  constructor(plan: RatePlan) {
    this.plan = plan;
  }

  get plan(): RatePlan {
    return this.currentPlan;
  }

  /** Changes the plan; its buckets begin full. */
  set plan(plan: RatePlan) {
    this.currentPlan = plan;
    this.buckets = bucketsOf(RATE_LIMITS[plan]);
  }

  take(group: RateGroup): Taken {
    return this.buckets(group).take();
  }
}

function bucketsOf(limits: RateLimits): (group: RateGroup) => TokenBucket {
  if ('burst' in limits) {
    const shared = new TokenBucket(limits);
    return () => shared;
  }
  const separate = {
    readUsers: new TokenBucket(limits.readUsers),
    writeUsers: new TokenBucket(limits.writeUsers),
    others: new TokenBucket(limits.others),
  };
  return (group) => separate[group];
}

import type { RatePlan } from '../../../config/rate-plan.js';

/** Size of a bucket, and how many tokens per minute are added to it. */
export interface Bucket {
  readonly burst: number;
  readonly perMinute: number;
}

/** Which bucket a call to the Management API is taken from. */
export type RateGroup = 'readUsers' | 'writeUsers' | 'others';

/** One bucket for everything, or one for each group. */
export type RateLimits = Bucket | Readonly<Record<RateGroup, Bucket>>;

const selfService: RateLimits = {
  readUsers: { burst: 40, perMinute: 500 },
  writeUsers: { burst: 20, perMinute: 200 },
  others: { burst: 10, perMinute: 150 },
};

/** The Management API's limits by plan, as Auth0's rate limit policy lists them. */
export const RATE_LIMITS = {
  free: { burst: 2, perMinute: 120 },
  essentials: selfService,
  professional: selfService,
  enterprise: { burst: 50, perMinute: 960 },
  'enterprise-non-production': { burst: 10, perMinute: 120 },
} satisfies Record<RatePlan, RateLimits>;

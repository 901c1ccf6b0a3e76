import type { RateLimit } from './rate-limits.js';

/**
 * A bucket as we spend it, in milliseconds (GCRA, https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm): one number
 * says when it will be full again.
 */
export interface PacedBucket {
  readonly intervalMs: number;
  /** How much may be missing from it: `capacity` calls at once. */
  readonly burstMs: number;
}

/** A little slower than allowed: calls that started apart may arrive closer together. */
const PACE = 0.97;
/** Half of the burst is for what the database counts, half for what processes spend while it is down. */
const SHARE = 0.5;

const bucketOf = (perSecond: number, capacity: number): PacedBucket => {
  const intervalMs = 1000 / (perSecond * PACE);
  return { intervalMs, burstMs: Math.max(1, Math.floor(capacity)) * intervalMs };
};

/** What all processes spend together. */
export const commonBucket = ({ burst, perSecond }: RateLimit): PacedBucket => bucketOf(perSecond, burst * SHARE);

/** What one of so many processes may spend on its own. */
export const ownBucket = ({ burst, perSecond }: RateLimit, processes: number): PacedBucket =>
  bucketOf(perSecond / processes, (burst * SHARE) / processes);

/** Followers of a change that others made get at most this share of the writes. */
const FAN_OUT_SHARE = 0.2;
const FAN_OUT_PAGE_SECONDS = 2;

/** Its capacity is one page of members. */
export const fanOutBucket = ({ perSecond }: RateLimit): PacedBucket & { readonly pageSize: number } => {
  const rate = perSecond * FAN_OUT_SHARE;
  const pageSize = Math.max(1, Math.floor(rate * FAN_OUT_PAGE_SECONDS));
  return { ...bucketOf(rate, pageSize), pageSize };
};

/** A spare call counts as two: so they take half of the rate at most, and the rest is for what else uses the Auth0 tenant. */
const SPARE_COST = 2;
/** This share of the bucket may be missing after a spare call; the next caller finds the rest. */
const SPARE_MISSING = 0.25;
/** A bucket that is exactly full must not seem less than full, whichever way the sums are rounded. */
const ROUNDING_MS = 1;

/**
 * How a call that no caller waits for is taken: from a bucket that is nearly full. A bucket of a single call must have been
 * full for so long that the call would be lost. So no other call waits because of it.
 */
export const spareTake = ({ intervalMs, burstMs }: PacedBucket, now: number) => {
  const costMs = SPARE_COST * intervalMs;
  const missingMs = Math.floor((SPARE_MISSING * burstMs) / intervalMs) * intervalMs;
  return { calls: SPARE_COST, now: now - costMs - ROUNDING_MS, aheadMs: costMs + missingMs - burstMs + ROUNDING_MS };
};

/** Milliseconds from one spare call to the next, while there are no other calls. */
export const spareIntervalMs = ({ intervalMs }: PacedBucket): number => SPARE_COST * intervalMs;

/** When a call of this bucket may be sent, given when the bucket will be full after it. */
export const slotOf = (fullAt: number, { burstMs }: PacedBucket, now: number): number =>
  Math.max(now, fullAt - burstMs);

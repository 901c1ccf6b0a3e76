/**
 * Times are counted in buckets that each end 8 % later than the one before, so that any of them is told within 3.9 % of
 * what it was, from a millisecond to a century, in some 360 buckets.
 */
const GROWTH = 1.08;

/** Of a time that has not ended. */
export const NO_BUCKET = -1;

/** @param ms a time; what is shorter than a millisecond, or runs backwards between two clocks, counts as one */
export const bucketOf = (ms: number): number => (ms <= 1 ? 0 : Math.ceil(Math.log(ms) / Math.log(GROWTH)));

/** What stands for every time in a bucket, in milliseconds: as far from its beginning as from its end, relative to both. */
export const timeOf = (bucket: number): number => (bucket === 0 ? 1 : (2 * GROWTH ** bucket) / (GROWTH + 1));

/** How many times fell into which bucket. */
export type TimeCounts = ReadonlyMap<number, number>;

/** The time, in milliseconds, that this share of all (0 to 1) was not longer than; null if there are none. */
export function quantile(counts: TimeCounts, share: number): number | null {
  const buckets = [...counts].filter(([, count]) => count > 0).toSorted(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  const rank = Math.max(1, Math.ceil(share * total));
  let seen = 0;
  for (const [bucket, count] of buckets) {
    seen += count;
    if (seen >= rank) return timeOf(bucket);
  }
  return null;
}

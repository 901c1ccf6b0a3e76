import { commonBucket, ownBucket, slotOf, type PacedBucket } from '../../../src/auth0-sync/paced-bucket.js';
import { RATE_LIMITS, type RateLimit } from '../../../src/auth0-sync/rate-limits.js';
import { TokenBucket } from '../../../src/local/stand-in/management/rate-limit.js';

/** Takes a slot as the database does; undefined beyond `aheadMs`. */
function take(state: { fullAt: number }, bucket: PacedBucket, now: number, aheadMs: number): number | undefined {
  const fullAt = Math.max(state.fullAt, now) + bucket.intervalMs;
  if (fullAt - bucket.burstMs > now + aheadMs) return undefined;
  state.fullAt = fullAt;
  return slotOf(fullAt, bucket, now);
}

const PLANS = Object.entries(RATE_LIMITS).map(([plan, { write }]) => [plan, write] as const);

describe('the pace at which a plan’s budget is spent', () => {
  it.each(PLANS)('on %s a backlog takes at most 1.1 times what the plan allows', (_plan, limit: RateLimit) => {
    const calls = 120;
    const state = { fullAt: 0 };
    let last = 0;
    for (let call = 0; call < calls; call += 1) last = take(state, commonBucket(limit), 0, Infinity) as number;
    // Without its burst, of which a part is kept for reads while the database is down.
    const theoreticalMs = ((calls - limit.burst / 2) / limit.perSecond) * 1000;
    expect(last).toBeLessThanOrEqual(1.1 * theoreticalMs);
  });

  it.each(PLANS)(
    'on %s Auth0 lets all of it through, also after an idle time and with uneven delays',
    (_plan, limit) => {
      let nowMs = 0;
      const auth0 = new TokenBucket({ burst: limit.burst, perMinute: limit.perSecond * 60 }, () =>
        Math.floor(nowMs * 1000),
      );
      const state = { fullAt: 0 };
      const slots = Array.from({ length: 300 }, (_, call) => {
        const asked = call < 150 ? 0 : 3_600_000;
        return take(state, commonBucket(limit), asked, Infinity) as number;
      });
      // Up to a third of an interval late, one differently from the next.
      const arrivals = slots.map((slot, call) => slot + (((call * 7) % 10) / 30) * (1000 / limit.perSecond));
      let refused = 0;
      for (const arrival of arrivals.toSorted((one, next) => one - next)) {
        nowMs = arrival;
        if (!auth0.take().allowed) refused += 1;
      }
      expect(refused).toBe(0);
    },
  );

  it('divides the reads that are leased ahead between the processes', () => {
    const { read } = RATE_LIMITS.enterprise;
    const alone = ownBucket(read, 1);
    const oneOfThree = ownBucket(read, 3);
    expect(oneOfThree.intervalMs).toBeCloseTo(3 * alone.intervalMs);
    const atOnce = ({ burstMs, intervalMs }: PacedBucket): number => Math.round(burstMs / intervalMs);
    expect(3 * atOnce(oneOfThree) + atOnce(commonBucket(read))).toBeLessThanOrEqual(read.burst);
  });
});

import {
  commonBucket,
  ownBucket,
  slotOf,
  spareIntervalMs,
  spareTake,
  type PacedBucket,
} from '../../../src/auth0-sync/paced-bucket.js';
import { RATE_LIMITS, type RateLimit } from '../../../src/auth0-sync/rate-limits.js';
import { TokenBucket } from '../../../src/local/stand-in/management/rate-limit.js';

/** Takes a slot as the database does; undefined beyond `aheadMs`. */
function take(
  state: { fullAt: number },
  bucket: PacedBucket,
  now: number,
  aheadMs: number,
  calls = 1,
): number | undefined {
  const fullAt = Math.max(state.fullAt, now) + calls * bucket.intervalMs;
  if (fullAt - bucket.burstMs > now + aheadMs) return undefined;
  state.fullAt = fullAt;
  return slotOf(fullAt, bucket, now);
}

function takesSpare(state: { fullAt: number }, bucket: PacedBucket, time: number): boolean {
  const { calls, now, aheadMs } = spareTake(bucket, time);
  return take(state, bucket, now, aheadMs, calls) !== undefined;
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

  it.each(PLANS)(
    'C17: on %s a spare call delays no other call, and is not taken while others are due',
    (_plan, limit) => {
      const bucket = commonBucket(limit);
      const state = { fullAt: 0 };
      let spare = 0;
      let delayed = 0;
      for (let now = 1_000_000; now < 1_060_000; now += 10) {
        if (takesSpare(state, bucket, now)) spare += 1;
        if (take({ ...state }, bucket, now, 0) !== now) delayed += 1;
      }
      expect(delayed).toBe(0);
      // Alone, it uses half of the rate.
      expect(spare / 60).toBeGreaterThan(0.9 / (spareIntervalMs(bucket) / 1000));
      expect(spare / 60).toBeLessThanOrEqual(limit.perSecond / 2);
      // As soon as a call has to wait for its slot, and until the bucket has recovered.
      const now = 1_060_000;
      while (take(state, bucket, now, 0) !== undefined);
      const times = Array.from({ length: 6_000 }, (_, step) => now + step * 10);
      const first = times.find((time) => takesSpare({ ...state }, bucket, time)) as number;
      expect(first - now).toBeGreaterThanOrEqual(0.74 * bucket.burstMs);
    },
  );

  it.each(PLANS)('C17: on %s Auth0 lets spare calls through beside the others', (_plan, limit) => {
    let nowMs = 1_000_000;
    const auth0 = new TokenBucket({ burst: limit.burst, perMinute: limit.perSecond * 60 }, () =>
      Math.floor(nowMs * 1000),
    );
    const bucket = commonBucket(limit);
    const state = { fullAt: 0 };
    let refused = 0;
    const send = (): void => {
      if (!auth0.take().allowed) refused += 1;
    };
    // Others come alone, then as fast as they may, then not at all.
    for (let step = 0; step < 12_000; step += 1, nowMs += 10) {
      const phase = Math.floor(step / 500) % 3;
      if (takesSpare(state, bucket, nowMs)) send();
      if ((phase === 0 && step % 100 === 0) || phase === 1) {
        if (take(state, bucket, nowMs, 0) !== undefined) send();
      }
    }
    expect(refused).toBe(0);
  });

  it('divides the reads that are leased ahead between the processes', () => {
    const { read } = RATE_LIMITS.enterprise;
    const alone = ownBucket(read, 1);
    const oneOfThree = ownBucket(read, 3);
    expect(oneOfThree.intervalMs).toBeCloseTo(3 * alone.intervalMs);
    const atOnce = ({ burstMs, intervalMs }: PacedBucket): number => Math.round(burstMs / intervalMs);
    expect(3 * atOnce(oneOfThree) + atOnce(commonBucket(read))).toBeLessThanOrEqual(read.burst);
  });
});

import { checkPeriod } from '../../../src/auth0-sync/check-period.js';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 5, 1);
const PACE = { limitMs: 7 * DAY_MS, intervalMs: 1_000, now: NOW };
const daysAgo = (days: number): Date => new Date(NOW - days * DAY_MS);

describe('how long it takes to compare every mirror once', () => {
  it('C17: is the longer of what has passed and what a round takes', () => {
    expect(checkPeriod({ oldestSeenAt: daysAgo(2), mirrors: 3_600 }, PACE)).toMatchObject({
      periodMs: 2 * DAY_MS,
      fault: null,
    });
    expect(checkPeriod({ oldestSeenAt: daysAgo(0.1), mirrors: 3 * 86_400 }, PACE).periodMs).toBe(3 * DAY_MS);
    expect(checkPeriod({ oldestSeenAt: null, mirrors: 0 }, PACE)).toMatchObject({ periodMs: 0, fault: null });
  });

  it('C17: says what to do when it is longer than wanted, by why it is', () => {
    const { fault: slow } = checkPeriod({ oldestSeenAt: daysAgo(1), mirrors: 1_209_600 }, PACE);
    expect(slow).toMatch(/^Comparing about 1,209,600 mirrors with Auth0 takes 14 days .* RECONCILE_WITHIN_DAYS \(7\)/);
    const { fault: late } = checkPeriod({ oldestSeenAt: daysAgo(7.25), mirrors: 10 }, PACE);
    expect(late).toMatch(/^A mirror was last compared with Auth0 7\.3 days ago/);
  });

  it('C17: is no fault just within the wanted period', () => {
    expect(checkPeriod({ oldestSeenAt: daysAgo(7), mirrors: 7 * 86_400 }, PACE).fault).toBeNull();
  });
});

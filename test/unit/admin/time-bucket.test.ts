import fc from 'fast-check';
import { bucketOf, quantile } from '../../../src/admin/rollup/time-bucket.js';

const CENTURY_MS = 100 * 365 * 86_400_000;

describe('times counted in buckets', () => {
  it('tell any share of them within 5 %', () => {
    const times = fc.array(fc.integer({ min: 1, max: CENTURY_MS }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(times, fc.constantFrom(0.5, 0.9, 0.99), (all, share) => {
        const counts = new Map<number, number>();
        for (const ms of all) counts.set(bucketOf(ms), (counts.get(bucketOf(ms)) ?? 0) + 1);
        const exact = all.toSorted((a, b) => a - b)[Math.ceil(share * all.length) - 1] as number;
        const told = quantile(counts, share) as number;
        expect(Math.abs(told - exact) / exact).toBeLessThanOrEqual(0.05);
      }),
    );
  });

  it('fit into a small number', () => {
    expect([bucketOf(-5), bucketOf(0), bucketOf(1)]).toEqual([0, 0, 0]);
    expect(bucketOf(CENTURY_MS)).toBeLessThan(400);
  });

  it('say nothing of no times', () => {
    expect(quantile(new Map([[3, 0]]), 0.5)).toBeNull();
  });
});

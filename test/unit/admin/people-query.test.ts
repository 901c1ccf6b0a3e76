import { csvLine } from '../../../src/admin/export/csv.js';
import { parseDays } from '../../../src/admin/funnel/days.js';
import { parseDuration } from '../../../src/admin/people/duration.js';

const HOUR_MS = 3_600_000;

describe('a duration', () => {
  test.each([
    ['P7D', 7 * 24 * HOUR_MS],
    ['PT12H', 12 * HOUR_MS],
    ['P1W2DT3H4M5S', (9 * 24 + 3) * HOUR_MS + 4 * 60_000 + 5_000],
    ['PT0S', 0],
  ])('%s is so many milliseconds', (text, ms) => expect(parseDuration(text, 'stuckFor')).toBe(ms));

  test.each(['', 'P', 'PT', 'P1DT', 'P1M', 'P1Y', '7D', 'P-1D', 'P1.5D', 'p7d', 'P9999W', 'P7D '])(
    '"%s" is refused, saying what is expected',
    (text) => expect(() => parseDuration(text, 'stuckFor')).toThrow('stuckFor: expected weeks, days'),
  );
});

describe('days', () => {
  it('are both included, and may be left out', () => {
    expect(parseDays({})).toEqual({ from: null, to: null });
    expect(parseDays({ from: '2026-11-25', to: '2026-11-25' })).toEqual({ from: '2026-11-25', to: '2026-11-25' });
  });

  test.each(['2026-02-30', '2026-1-1', '2026-11-25T00:00:00Z', '0001-01-01', ''])('%s is none', (from) =>
    expect(() => parseDays({ from })).toThrow('from: expected a day'),
  );

  it('in the wrong order are refused', () => {
    expect(() => parseDays({ from: '2026-11-25', to: '2026-11-24' })).toThrow('not before "from", 2026-11-25');
  });
});

describe('a line of CSV', () => {
  it('is as RFC 4180 has it', () => {
    expect(csvLine(['a', null, 'b,c', 'say "so"', 'one\ntwo'])).toBe('a,,"b,c","say ""so""","one\ntwo"\r\n');
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('makes no formula of %j', (value) => {
    expect(csvLine([value])).toMatch(/^"?'/);
  });
});

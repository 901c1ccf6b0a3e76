import { crashBulk } from '../support/bulk-crash.js';

const PEOPLE = 100_000;
const LONGEST_MS = 1_800_000;

it(
  'a bulk job over many people survives what a small one survives',
  async () => {
    const { done, undone, ...rest } = await crashBulk(PEOPLE, LONGEST_MS, true);
    expect(done).toMatchObject({ status: 'completed', counts: { examined: PEOPLE, applied: PEOPLE } });
    expect(undone).toMatchObject({ status: 'completed', counts: { examined: PEOPLE, applied: PEOPLE } });
    expect(rest).toEqual({ changed: 0, movedTwice: 0, findings: [] });
  },
  4 * LONGEST_MS,
);

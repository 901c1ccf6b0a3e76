import { crashBulk } from '../support/bulk-crash.js';

const PEOPLE = 1_500;

it('a bulk job whose process is killed goes on in another, moves each person once, and is undone exactly', async () => {
  const { done, undone, ...rest } = await crashBulk(PEOPLE, 120_000);
  expect(done).toMatchObject({ status: 'completed', counts: { examined: PEOPLE, applied: PEOPLE } });
  expect(undone).toMatchObject({ status: 'completed', counts: { examined: PEOPLE, applied: PEOPLE } });
  expect(rest).toEqual({ changed: 0, movedTwice: 0, findings: [] });
}, 300_000);

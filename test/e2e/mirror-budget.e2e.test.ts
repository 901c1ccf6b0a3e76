import { FIVE_STEPS } from '../support/five-steps.js';
import { drainOf, queueMirrors } from '../support/mirror-backlog.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { mirrorFaults } from '../support/mirror-truth.js';

const PEOPLE = 40;
const BACKLOG = 10;

/** Its backlog drains while the other test runs: seconds of waiting, and nothing to compute. */
let free: MirrorLab;
beforeAll(async () => {
  free = await mirrorLab({ env: { AUTH0_RATE_PLAN: 'free' } });
  await queueMirrors(free.service, BACKLOG);
});
afterAll(() => free.close());

test('five steps of a person in a row cost one send or two, and never a refusal', async () => {
  const lab = await mirrorLab();
  try {
    const { standIn } = lab.service;
    const people = Array.from({ length: PEOPLE }, () => lab.person());
    for (const step of FIVE_STEPS) {
      const answers = await Promise.all(people.map((person) => step(person)));
      expect(answers.map(({ status }) => status)).toEqual(people.map(() => 200));
    }
    await lab.untilMirroredInTime();
    const writes = standIn.requests.list('write_user');
    const each = people.map(({ subject }) => writes.filter(({ userId }) => userId === subject).length);
    expect(writes.length).toBeLessThanOrEqual(2 * PEOPLE);
    expect(Math.max(...each)).toBeLessThanOrEqual(3);
    expect(drainOf(lab.service).refused).toBe(0);
    expect(await mirrorFaults(lab.service)).toEqual([]);
  } finally {
    await lab.close();
  }
});

/** How fast, the soak measures: `mirror.soak.ts`. */
test('a backlog drains at the pace of plan free, without a refusal', async () => {
  await free.untilMirroredInTime();
  const { sent, refused } = drainOf(free.service);
  expect([sent, refused]).toEqual([BACKLOG, 0]);
});

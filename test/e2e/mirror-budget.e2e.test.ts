import { FIVE_STEPS } from '../support/five-steps.js';
import { drainOf, queueMirrors } from '../support/mirror-backlog.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { mirrorFaults } from '../support/mirror-truth.js';

const PEOPLE = 40;
const BACKLOG = 120;
const LONG_MS = 150_000;

/** The limits of plan `free`. */
const PER_SECOND = 2;
const BURST = 2;

/** Its backlog drains while the other test runs: a minute of waiting, and nothing to compute. */
let free: MirrorLab;
beforeAll(async () => {
  free = await mirrorLab({ env: { AUTH0_RATE_PLAN: 'free' } });
  await queueMirrors(free.service, BACKLOG);
});
afterAll(() => free.close());

test(
  'five steps of a person in a row cost one send or two, and never a refusal',
  async () => {
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
  },
  LONG_MS,
);

test(
  'a backlog drains as fast as plan free allows, with hardly a refusal',
  async () => {
    await free.untilMirroredInTime(LONG_MS);
    const { sent, refused, seconds } = drainOf(free.service);
    expect(sent).toBe(BACKLOG);
    expect(refused).toBeLessThanOrEqual(BACKLOG / 100);
    // The request log tells the pace, whatever else this machine does.
    expect(seconds).toBeLessThanOrEqual((1.1 * (BACKLOG - BURST)) / PER_SECOND);
  },
  LONG_MS,
);

import { CrashLab } from '../support/crash-lab.js';
import { crashUnderLoad } from '../support/crash-rounds.js';

/** Of each, PostgreSQL and the service; `npm run soak` does twenty. */
const KILLS = 3;

describe('kill -9 under load', () => {
  let lab: CrashLab;
  beforeAll(async () => {
    lab = await CrashLab.open();
  });
  afterAll(() => lab.close());

  it('loses no acknowledged transition, applies none twice, and leaves what the history says', async () => {
    const { acknowledged, ...damage } = await crashUnderLoad(lab, KILLS);
    expect(damage).toEqual({ lostOrDoubled: [], regressed: [], findings: [] });
    expect(acknowledged).toBeGreaterThan(0);
  }, 180_000);
});

import { CrashLab } from '../support/crash-lab.js';
import { crashUnderLoad } from '../support/crash-rounds.js';

const KILLS = 20;

describe('kill -9 under load, for long', () => {
  let lab: CrashLab;
  beforeAll(async () => {
    lab = await CrashLab.open();
  });
  afterAll(() => lab.close());

  it('loses no acknowledged transition, applies none twice, and leaves what the history says', async () => {
    const { acknowledged, ...damage } = await crashUnderLoad(lab, KILLS);
    console.log(
      `${acknowledged} transitions acknowledged through ${KILLS} kills of PostgreSQL and of the service each`,
    );
    expect(damage).toEqual({ lostOrDoubled: [], regressed: [], findings: [] });
    expect(acknowledged).toBeGreaterThan(0);
  }, 1_200_000);
});

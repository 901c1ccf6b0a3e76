import { BuiltService } from '../support/built-service.js';
import { CUT_SESSIONS, KILL_POSTGRES, KILL_SERVICE } from '../support/crash-faults.js';
import { CrashLab } from '../support/crash-lab.js';
import { crashUnderLoad } from '../support/crash-rounds.js';

/** Each fault once; `npm run soak` repeats them twenty times, and adds worse ones. */
const FAULTS = [KILL_POSTGRES, KILL_SERVICE, CUT_SESSIONS];

describe('kill -9 under load', () => {
  let lab: CrashLab;
  beforeAll(async () => {
    BuiltService.build();
    lab = await CrashLab.open({ services: 2 });
  }, 180_000);
  afterAll(() => lab.close());

  it('loses no acknowledged transition, applies none twice, and leaves what the history says', async () => {
    const { acknowledged, recoveriesMs, ...damage } = await crashUnderLoad(lab, FAULTS);
    expect(damage).toEqual({ lostOrDoubled: [], regressed: [], findings: [] });
    expect(recoveriesMs).toHaveLength(FAULTS.length);
    expect(acknowledged).toBeGreaterThan(0);
  }, 180_000);
});

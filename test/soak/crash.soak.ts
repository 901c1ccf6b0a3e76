import {
  CUT_SESSIONS,
  FILL_DISK,
  KILL_POSTGRES,
  KILL_SERVICE,
  PAUSE_POSTGRES,
  type Fault,
} from '../support/crash-faults.js';
import { CrashLab, type LabOptions } from '../support/crash-lab.js';
import { crashUnderLoad } from '../support/crash-rounds.js';

/** From the database's return to the first answer, without a restart of the service. */
const LONGEST_RECOVERY_MS = 5_000;
const SMALL_DISK_MB = 400;
const isRoot = process.getuid?.() === 0;

const times = (count: number, ...faults: Fault[]): Fault[] => Array.from({ length: count }, () => faults).flat();

interface Trial {
  readonly faults: readonly Fault[];
  readonly lab?: LabOptions;
}

const TRIALS: Readonly<Record<string, Trial>> = {
  'PostgreSQL and the service killed with -9, twenty times each': { faults: times(20, KILL_POSTGRES, KILL_SERVICE) },
  'sessions cut, twenty times': { faults: times(20, CUT_SESSIONS) },
  'PostgreSQL stopped in its tracks, three times': { faults: times(3, PAUSE_POSTGRES) },
  'two services on one database, one of them killed ten times': {
    faults: times(10, KILL_SERVICE),
    lab: { services: 2 },
  },
  // Making a small file system needs root.
  ...(isRoot && { 'a full disk, three times': { faults: times(3, FILL_DISK), lab: { diskMb: SMALL_DISK_MB } } }),
};

describe('under load', () => {
  let lab: CrashLab;
  afterEach(() => lab.close());

  test.each(Object.keys(TRIALS))(
    '%s: nothing acknowledged is lost or applied twice, and answers are back soon',
    async (name) => {
      const { faults, lab: options } = TRIALS[name] as Trial;
      lab = await CrashLab.open(options);
      const { acknowledged, recoveriesMs, ...damage } = await crashUnderLoad(lab, faults);
      const slowest = Math.round(Math.max(...recoveriesMs));
      console.log(`${name}: ${acknowledged} transitions acknowledged; slowest recovery ${slowest} ms`);
      expect(damage).toEqual({ lostOrDoubled: [], regressed: [], findings: [] });
      expect(acknowledged).toBeGreaterThan(0);
      expect(slowest).toBeLessThan(LONGEST_RECOVERY_MS);
    },
    1_200_000,
  );
});

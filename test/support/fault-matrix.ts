import { FAULT_KINDS, type FaultKind } from '../../src/local/stand-in/control/fault.js';
import { mirrorLab, type MirrorLab } from './mirror-lab.js';
import { mirrorFaults } from './mirror-truth.js';
import { hurried, syncedApp } from './synced-app.js';
import { tellBusiness } from './workspace.js';

/** What fails: reading a person, writing one, or getting the token for either. */
const FAULTY_OPERATIONS = ['read_user', 'write_user', 'token'] as const;
type FaultyOperation = (typeof FAULTY_OPERATIONS)[number];

/** Enough to fail the newcomer's check and the first sends, too few to try anybody's patience. */
const FAILURES = 3;

export const FAULT_MATRIX = FAULTY_OPERATIONS.flatMap((operation) => FAULT_KINDS.map((kind) => ({ operation, kind })));

/** Every fault of one operation, with one process. A file each, so that they run side by side. */
export function describeFaults(operation: FaultyOperation): void {
  describe(`a fault of ${operation} at Auth0`, () => {
    let lab: MirrorLab;
    beforeAll(async () => {
      lab = await mirrorLab({ create: syncedApp(hurried(200)) });
    });
    afterAll(() => lab.close());
    afterEach(() => lab.service.standIn.faults.clear());

    it.each(FAULT_KINDS)('%s: mirrors converge afterwards, and nobody is answered wrongly', async (kind) => {
      const report = await liveThrough(lab, { operation, kind }, [lab.service.url]);
      expect(report).toEqual({ wrongAnswers: [], wrongMirrors: [] });
    });
  });
}

export interface FaultReport {
  /** Answers that were not what they should have been. */
  readonly wrongAnswers: string[];
  /** Mirrors that do not say what the database says, once nothing is due any more. */
  readonly wrongMirrors: string[];
}

/** New people take their first step while Auth0 fails; then it works again. */
export async function liveThrough(
  lab: MirrorLab,
  { operation, kind }: { readonly operation: FaultyOperation; readonly kind: FaultKind },
  urls: readonly string[],
  peopleEach = 1,
): Promise<FaultReport> {
  const { faults } = lab.service.standIn;
  // A token is asked for only when the one at hand is refused.
  if (operation === 'token') faults.add({ operation: 'any', kind: 'unauthorized_until_new_token' });
  faults.add({ operation, kind, count: FAILURES });
  const people = urls.flatMap((url) => Array.from({ length: peopleEach }, () => lab.person().at(url)));
  await Promise.all(people.map((person) => tellBusiness(person)));
  const answers = await Promise.all(people.map((person) => person.view()));
  const wrongAnswers = answers
    .filter(({ status, body }) => status !== 200 || body.source !== 'database' || body.revision !== 1)
    .map(({ status, body }) => `${status} ${JSON.stringify(body)}`);
  await Promise.all(
    people.map((person) => person.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } })),
  );
  await lab.untilMirrored();
  faults.clear();
  await lab.untilMirroredInTime();
  return { wrongAnswers, wrongMirrors: await mirrorFaults(lab.service) };
}

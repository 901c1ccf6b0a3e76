import { isAhead, type MirrorContent, type MirroredFlow } from '../../../src/auth0-sync/mirror-content.js';
import type { StepStatus } from '../../../src/flow/index.js';

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 1, 0, minute));

interface Said {
  readonly lineage?: string;
  readonly revision?: number;
  readonly changed?: number;
  readonly version?: number;
  readonly steps?: readonly StepStatus[];
}

function mirror({ lineage = 'now', revision = 1, changed = 1, version = 1, steps = [] }: Said): MirrorContent {
  const flow: MirroredFlow = {
    version,
    revision,
    status: 'in_progress',
    currentStep: null,
    steps,
    startedAt: null,
    updatedAt: at(changed),
    completedAt: null,
  };
  return {
    tenantId: '00000000-0000-4000-8000-000000000001',
    subject: 'auth0|ann',
    lineage,
    asOf: at(59),
    role: 'member',
    flows: new Map([['workspace', flow]]),
  };
}

it.each<[string, Said, Said, boolean]>([
  ['a higher revision of the same data', { revision: 3 }, { revision: 2 }, true],
  ['the same revision of the same data', { revision: 2 }, { revision: 2 }, false],
  [
    'a change later than the restored backup',
    { lineage: 'was', revision: 9, changed: 9 },
    { revision: 7, changed: 7 },
    true,
  ],
  [
    'a higher revision of other data, without a later change',
    { lineage: 'was', revision: 9 },
    { revision: 7, changed: 9 },
    false,
  ],
  [
    'a step that is done in it only, where the user went on to the same revision after the backup was restored',
    { lineage: 'was', revision: 9, changed: 9, steps: ['completed', 'completed', 'pending'] },
    { revision: 9, changed: 20, steps: ['completed', 'pending', 'completed'] },
    true,
  ],
  [
    'nothing that is not done in the restored data, too',
    { lineage: 'was', revision: 9, changed: 9, steps: ['completed', 'skipped', 'in_progress'] },
    { revision: 3, changed: 20, steps: ['skipped', 'completed', 'pending'] },
    false,
  ],
  [
    'steps of another version, which do not compare',
    { lineage: 'was', version: 1, steps: ['completed'] },
    { version: 2, changed: 20, steps: ['pending'] },
    false,
  ],
])('A13: a mirror with %s', (_which, found, wanted, ahead) => {
  expect(isAhead(mirror(found), mirror(wanted))).toBe(ahead);
});

import { isObject, progressOf, type StepStatus } from '../../../../src/flow/index.js';
import type { OnboardingFlow, OnboardingView } from '../core/index.js';

/** What the service wrote of one flow into Auth0: version, revision, status, steps in order, current step, times in ms. */
interface MirroredFlow {
  readonly v: number;
  readonly r: number;
  readonly s: string;
  readonly p: string;
  readonly c: string | null;
  readonly t: readonly [started: number | null, updated: number, completed: number | null];
}

interface Mirror {
  readonly tenantId: string;
  readonly lineage: string;
  readonly asOf: number;
  readonly flows: Readonly<Record<string, MirroredFlow>>;
}

const STATUSES: Readonly<Record<string, OnboardingView['status']>> = {
  n: 'not_started',
  i: 'in_progress',
  c: 'completed',
};
const STEP_STATUSES: Readonly<Record<string, StepStatus>> = {
  p: 'pending',
  i: 'in_progress',
  c: 'completed',
  s: 'skipped',
  n: 'not_applicable',
};
/** `foothold_<environment>_<tenant uuid without dashes>`. */
const METADATA_KEY = /^foothold_.+_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/**
 * The mirror's claim in an ID token as views. Its seal is the service's to check, so it is only ever shown while nothing
 * better is known, and opens nothing. What cannot be read, is of another flow version, or may be of another tenant, is
 * left out.
 */
export function claimedViews(
  claim: unknown,
  subject: string,
  tenant: string | undefined,
  flows: readonly OnboardingFlow[],
): OnboardingView[] {
  if (!isObject(claim)) return [];
  const mirrors = Object.entries(claim).flatMap(mirrorOf);
  const chosen = mirrors.filter(({ tenantId }) => tenant === undefined || tenantId === tenant);
  const [mirror] = chosen;
  if (!mirror || chosen.length > 1) return [];
  return flows.flatMap((flow) => {
    const mirrored = mirror.flows[flow.key];
    return mirrored?.v === flow.version ? viewOf(flow, mirrored, mirror, subject) : [];
  });
}

function mirrorOf([key, value]: [string, unknown]): Mirror[] {
  const groups = METADATA_KEY.exec(key);
  if (!groups || !isObject(value)) return [];
  const { l: lineage, a: asOf, f: flows } = value;
  if (typeof lineage !== 'string' || typeof asOf !== 'number' || !isObject(flows)) return [];
  return [{ tenantId: groups.slice(1).join('-'), lineage, asOf, flows: flows as Mirror['flows'] }];
}

function viewOf(flow: OnboardingFlow, mirrored: MirroredFlow, mirror: Mirror, subject: string): OnboardingView | [] {
  const { key, version, definition } = flow.rules;
  const status = STATUSES[mirrored.s];
  const statuses = [...mirrored.p].map((letter) => STEP_STATUSES[letter]);
  if (!status || statuses.length !== definition.steps.length) return [];
  const steps = definition.steps.map((step, index) => ({
    key: step.key,
    title: step.title,
    scope: step.scope,
    status: statuses[index] ?? 'pending',
    optional: step.optional ?? false,
    attested: step.attested !== undefined,
    attestation: null,
    blockedBy: [],
    completedAt: null,
    completedBy: null,
    data: {},
  }));
  const [started, updated, completed] = mirrored.t;
  return {
    tenantId: mirror.tenantId,
    subject,
    flow: { key, version, title: definition.title },
    status,
    isComplete: status === 'completed',
    currentStep: mirrored.c,
    steps,
    progress: progressOf(steps),
    allowed: [],
    completedAt: timeOf(completed),
    revision: mirrored.r,
    lineage: mirror.lineage,
    startedAt: timeOf(started),
    updatedAt: new Date(updated).toISOString(),
    source: 'auth0',
    degraded: true,
    asOf: new Date(mirror.asOf).toISOString(),
  };
}

const timeOf = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

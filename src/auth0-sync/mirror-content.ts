import type { FlowStatus, Role, StepStatus } from '../flow/index.js';

/** The mirrors of a person that stay: Auth0 gives a profile 10 kB for all its metadata. */
export const KEPT_TENANTS = 5;

/** What Auth0 holds of one flow: enough to resume at the right step, and nothing that anybody typed. */
export interface MirroredFlow {
  readonly version: number;
  readonly revision: number;
  readonly status: FlowStatus;
  readonly currentStep: string | null;
  /** Of each step, in the definition's order. */
  readonly steps: readonly StepStatus[];
  readonly startedAt: Date | null;
  readonly updatedAt: Date;
  readonly completedAt: Date | null;
}

/** The short summary of a member's progress in one tenant. */
export interface MirrorContent {
  readonly tenantId: string;
  readonly subject: string;
  /** The data set that it was taken from; revisions are comparable within it only. */
  readonly lineage: string;
  /** When it was taken. */
  readonly asOf: Date;
  readonly role: Role;
  /** The Auth0 organisation whose logins lead to the tenant. */
  readonly organizationId?: string;
  readonly flows: ReadonlyMap<string, MirroredFlow>;
}

/** Whether both say the same of the person's progress, whenever they were taken. */
export function sameContent(one: MirrorContent, other: MirrorContent): boolean {
  const facts = ({ asOf: _, flows, ...content }: MirrorContent): string =>
    JSON.stringify([Object.entries(content).sort(), [...flows].sort(([a], [b]) => (a < b ? -1 : 1))]);
  return facts(one) === facts(other);
}

/**
 * Whether `one` knows of transitions that `other` has never seen. Revisions tell it within a data set only: after a backup was
 * restored, a user who goes on reaches the same revisions by other transitions.
 */
export function isAhead(one: MirrorContent, other: MirrorContent): boolean {
  const isSameData = one.lineage === other.lineage;
  return [...one.flows].some(([key, flow]) => {
    const known = other.flows.get(key);
    if (!known) return flow.revision > 0;
    if (isSameData) return flow.revision > known.revision;
    return flow.updatedAt > known.updatedAt || hasDoneMore(flow, known);
  });
}

function hasDoneMore(one: MirroredFlow, other: MirroredFlow): boolean {
  const isDone = (status: StepStatus | undefined): boolean => status === 'completed' || status === 'skipped';
  return one.version === other.version && one.steps.some((step, at) => isDone(step) && !isDone(other.steps[at]));
}

import type { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import { EMPTY_PART, viewOf, type Flow, type PartState, type Role } from '../flow/index.js';
import type { MirrorContent, MirroredFlow } from './mirror-content.js';
import type { MemberState, ProgressPart } from './mirror.repository.js';

interface Taken {
  readonly tenantId: string;
  readonly subject: string;
  readonly lineage: string;
  readonly asOf: Date;
}

export interface MemberMirror {
  /** What Auth0 should hold of the member; null when it should hold nothing. */
  readonly content: MirrorContent | null;
  /** Whether flows are missing in it, because this process cannot serve the member's version of them. */
  readonly isPartial: boolean;
}

/**
 * All flows that the member has opened, those of other builds included: a mirror is written whole, and a flow that an
 * older build left out would be lost in Auth0.
 */
export async function mirrorOf(state: MemberState, taken: Taken, catalog: FlowCatalog): Promise<MemberMirror> {
  const isInUse = state.tenantStatus === 'draft' || state.tenantStatus === 'active';
  const { role, organizationId } = state;
  if (state.memberStatus !== 'active' || role === null || !isInUse) return { content: null, isPartial: false };
  const flows = new Map<string, MirroredFlow>();
  let isPartial = false;
  for (const key of new Set(state.parts.map(({ flow_key: flowKey }) => flowKey))) {
    const parts = partsOf(state, key, taken.subject);
    const { flow_version: version } = parts.leading;
    const flow = (await catalog.available(key, [version])).get(version);
    if (flow) flows.set(key, mirroredFlow(flow, parts, { subject: taken.subject, role }));
    else isPartial = true;
  }
  if (flows.size === 0) return { content: null, isPartial };
  return { content: { ...taken, role, ...(organizationId !== null && { organizationId }), flows }, isPartial };
}

interface MemberParts {
  readonly all: readonly ProgressPart[];
  readonly shared: ProgressPart | undefined;
  readonly own: ProgressPart | undefined;
  /** Whose version the member is judged by. */
  readonly leading: ProgressPart;
}

function partsOf(state: MemberState, key: string, subject: string): MemberParts {
  const all = state.parts.filter(({ flow_key: flowKey }) => flowKey === key);
  const shared = all.find((part) => part.subject === '');
  const own = all.find((part) => part.subject === subject);
  return { all, shared, own, leading: (shared ?? own) as ProgressPart };
}

function mirroredFlow(
  flow: Flow,
  { all, shared, own }: MemberParts,
  { subject, role }: { readonly subject: string; readonly role: Role },
): MirroredFlow {
  const view = viewOf(flow, { tenant: partState(shared), member: partState(own) }, { subject, role, kind: 'member' });
  const started = all.flatMap(({ started_at: startedAt }) => (startedAt === null ? [] : [Date.parse(startedAt)]));
  return {
    version: flow.version,
    revision: all.reduce((sum, { revision }) => sum + revision, 0),
    status: view.status,
    currentStep: view.currentStep,
    steps: view.steps.map(({ status }) => status),
    startedAt: started.length ? new Date(Math.min(...started)) : null,
    updatedAt: new Date(Math.max(...all.map(({ updated_at: updatedAt }) => Date.parse(updatedAt)))),
    completedAt: view.completedAt === null ? null : new Date(view.completedAt),
  };
}

const partState = (part: ProgressPart | undefined): PartState =>
  part ? { steps: part.steps, data: part.data } : EMPTY_PART;

import { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import { EMPTY_PART, viewOf, type PartState, type Role } from '../flow/index.js';
import type { MirrorContent, MirroredFlow } from './mirror-content.js';
import type { MemberState, ProgressPart } from './mirror.repository.js';

interface Taken {
  readonly tenantId: string;
  readonly subject: string;
  readonly lineage: string;
  readonly asOf: Date;
}

/** What Auth0 should hold of the member; null when it should hold nothing. */
export function mirrorOf(state: MemberState, taken: Taken, catalog: FlowCatalog): MirrorContent | null {
  const isInUse = state.tenantStatus === 'draft' || state.tenantStatus === 'active';
  const { role, organizationId } = state;
  if (state.memberStatus !== 'active' || role === null || !isInUse) return null;
  const flows = catalog.newest().flatMap(({ key }) => {
    const mirrored = mirroredFlow(key, state, { subject: taken.subject, role }, catalog);
    return mirrored ? [[key, mirrored] as const] : [];
  });
  if (flows.length === 0) return null;
  return { ...taken, role, ...(organizationId !== null && { organizationId }), flows: new Map(flows) };
}

/** Undefined for a flow that nobody has opened yet. */
function mirroredFlow(
  key: string,
  state: MemberState,
  { subject, role }: { readonly subject: string; readonly role: Role },
  catalog: FlowCatalog,
): MirroredFlow | undefined {
  const parts = state.parts.filter(({ flow_key: flowKey }) => flowKey === key);
  const shared = parts.find((part) => part.subject === '');
  const own = parts.find((part) => part.subject === subject);
  const version = (shared ?? own)?.flow_version;
  if (version === undefined) return undefined;
  const view = viewOf(
    catalog.version(key, version),
    { tenant: partState(shared), member: partState(own) },
    { subject, role, kind: 'member' },
  );
  const started = parts.flatMap(({ started_at: startedAt }) => (startedAt === null ? [] : [Date.parse(startedAt)]));
  return {
    version,
    revision: parts.reduce((sum, { revision }) => sum + revision, 0),
    status: view.status,
    currentStep: view.currentStep,
    steps: view.steps.map(({ status }) => status),
    startedAt: started.length ? new Date(Math.min(...started)) : null,
    updatedAt: new Date(Math.max(...parts.map(({ updated_at: updatedAt }) => Date.parse(updatedAt)))),
    completedAt: view.completedAt === null ? null : new Date(view.completedAt),
  };
}

const partState = (part: ProgressPart | undefined): PartState =>
  part ? { steps: part.steps, data: part.data } : EMPTY_PART;

import type { LiveMirror, MirrorRecord } from '../../auth0-sync/mirror-inspection.js';
import { standingOf } from '../../auth0-sync/mirror-standing.js';
import type { StepStatus } from '../../flow/index.js';
import type { HistoryPageDto } from '../../onboarding/dto/history.dto.js';
import type { OnboardingViewDto } from '../../onboarding/dto/onboarding-view.dto.js';
import type { TenantRow } from '../../tenant/tenants/tenant-view.js';
import { lastHeardOf } from './browser-differences.js';
import type { Evidence } from './difference.js';
import { differencesIn } from './differences.js';
import type { ExplanationDto, LiveMirrorDto, MirrorRecordDto } from './explain.dto.js';
import type { MemberRecord } from './member-record.repository.js';

const time = (date: Date | null | undefined): string | null => date?.toISOString() ?? null;

/** Turns what is known into what an admin is told. */
export function explanationOf(
  evidence: Evidence,
  { tenant, member, history }: { tenant: TenantRow; member: MemberRecord; history: HistoryPageDto },
  subject: string,
): ExplanationDto {
  const { view, mirror, live, lastMove } = evidence;
  return {
    tenant: { id: tenant.tenant_id, name: tenant.name, status: tenant.status },
    member: { subject, role: member.role, status: member.status, joinedAt: time(member.joined_at) },
    view: (view as OnboardingViewDto | undefined) ?? null,
    history,
    mirror: mirror ? mirrorOf(mirror) : null,
    auth0: live ? liveOf(live, evidence) : null,
    browser: { lastSeenAt: time(lastHeardOf(evidence)), lastRevision: lastMove?.revision ?? null },
    differences: differencesIn(evidence),
  };
}

const mirrorOf = (mirror: MirrorRecord): MirrorRecordDto => ({
  ...standingOf(mirror),
  sharedWanted: mirror.tenant_wanted,
  sharedMirrored: mirror.mirrored_tenant,
  lineage: mirror.lineage,
  case: mirror.case_id,
});

function liveOf(live: LiveMirror, { flow, mirroredBy }: Evidence): LiveMirrorDto {
  const content = live.outcome === 'read' ? live.content : undefined;
  const mirrored = content?.flows.get(flow.key);
  return {
    outcome: live.outcome,
    reason: live.outcome === 'unreachable' ? live.reason : null,
    lineage: content?.lineage ?? null,
    asOf: time(content?.asOf),
    role: content?.role ?? null,
    revision: mirrored?.revision ?? null,
    status: mirrored?.status ?? null,
    currentStep: mirrored?.currentStep ?? null,
    steps: mirroredBy ? stepsOf(mirroredBy, mirrored?.steps ?? []) : [],
  };
}

/** A mirror names no steps, it has them in the definition's order. */
const stepsOf = ({ definition }: Evidence['flow'], statuses: readonly StepStatus[]) =>
  definition.steps.flatMap(({ key }, index) => {
    const status = statuses[index];
    return status === undefined ? [] : [{ key, status }];
  });

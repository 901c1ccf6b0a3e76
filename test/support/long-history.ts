import type { TestService } from './service.js';

/**
 * Repeats the newest entry of the history of a tenant's shared part, as so many later saves would have left it. The progress
 * itself stays as it is.
 */
export async function lengthenHistory(service: TestService, tenantId: string, entries: number): Promise<void> {
  await service.sql(
    `INSERT INTO foothold.onboarding_history
     SELECT (jsonb_populate_record(h, jsonb_build_object(
       'revision', h.revision + n, 'recorded_at', h.recorded_at + n * interval '1 millisecond'))).*
     FROM foothold.onboarding_history h, generate_series(1, $2::int) n
     WHERE h.tenant_id = $1 AND h.subject = '' AND h.revision =
       (SELECT max(revision) FROM foothold.onboarding_history WHERE tenant_id = $1 AND subject = '')`,
    [tenantId, entries],
  );
}

interface LongHistory {
  readonly tenantId: string;
  /** Of the member, who has not begun the tour. */
  readonly subject: string;
  readonly entries: number;
  readonly data: Readonly<Record<string, string>>;
}

/** As if a member had saved the same step of the tour again and again; the progress is what the history says. */
export async function saveAgainAndAgain(service: TestService, { tenantId, subject, entries, data }: LongHistory) {
  const member = service.person(subject).inTenant(tenantId);
  const first = await member.move({ step: 'profile', action: 'save', data: { displayName: 'Ada' } }, {}, 'member_tour');
  if (first.status !== 200) throw new Error(`The first save was refused: ${JSON.stringify(first.body)}`);
  const effects = JSON.stringify([{ kind: 'data', step: 'profile', merge: data }]);
  await service.sql(
    `WITH added AS (
       INSERT INTO foothold.onboarding_history (tenant_id, flow_key, subject, revision, other_revision, flow_version,
         action, step, effects, actor, actor_kind, recorded_at)
       SELECT $1, 'member_tour', $2, revision, 0, 1, 'save', 'profile', $3::jsonb, $2, 'member', now()
       FROM generate_series(2, $4::int) revision)
     UPDATE foothold.onboarding_progress
     SET revision = $4, delivered = $4, data = jsonb_build_object('profile', data->'profile' || $5::jsonb)
     WHERE tenant_id = $1 AND flow_key = 'member_tour' AND subject = $2`,
    [tenantId, subject, effects, entries, JSON.stringify(data)],
  );
}

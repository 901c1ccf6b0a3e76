import { BuiltService } from './built-service.js';
import { Bulk } from './bulk.js';
import { eventually } from './eventually.js';
import { TestService } from './service.js';
import { createTenant } from './tenants.js';
import { verified } from './verified.js';

/** So many members of a tenant, of whom every second has begun the tour, with its history. */
const SEED = `
  WITH member AS (
    INSERT INTO foothold.member (tenant_id, subject, role, status, created_at, updated_at)
    SELECT $1, 'auth0|' || lpad(n::text, 7, '0'), 'member', 'active', now(), now() FROM generate_series(1, $2::integer) n
    RETURNING subject
  ), membership AS (
    INSERT INTO foothold.membership (subject, tenant_id, role, status) SELECT subject, $1, 'member', 'active' FROM member
  ), begun AS (
    INSERT INTO foothold.onboarding_progress
      (tenant_id, flow_key, subject, flow_version, steps, data, revision, started_at, updated_at)
    SELECT $1, 'member_tour', subject, 1,
      jsonb_build_object('profile', jsonb_build_object('status', 'in_progress', 'at', '2026-01-01T00:00:00.000Z', 'by', subject)),
      '{}', 1, now(), now()
    FROM member WHERE right(subject, 1) IN ('0', '2', '4', '6', '8')
    RETURNING subject
  ), due AS (
    INSERT INTO foothold.part_due SELECT $1, 'member_tour', subject, 1, now() FROM begun
  )
  INSERT INTO foothold.onboarding_history (tenant_id, flow_key, subject, revision, other_revision, flow_version, action,
    step, effects, actor, actor_kind, recorded_at)
  SELECT $1, 'member_tour', subject, 1, 0, 1, 'start', 'profile', jsonb_build_array(jsonb_build_object(
      'kind', 'status', 'step', 'profile', 'status', 'in_progress', 'at', '2026-01-01T00:00:00.000Z', 'by', subject)),
    subject, 'member', now()
  FROM begun`;

const STATES = `
  SELECT m.subject, coalesce(p.steps, '{}') AS steps, coalesce(p.data, '{}') AS data FROM foothold.member m
  LEFT JOIN foothold.onboarding_progress p USING (tenant_id, subject) WHERE m.tenant_id = $1 ORDER BY m.subject`;

const MOVED_TWICE = `
  SELECT subject FROM foothold.onboarding_history
  WHERE tenant_id = $1 AND actor_kind = 'admin' AND action = $2 GROUP BY subject HAVING count(*) > 1`;

export interface CrashedBulk {
  readonly done: any;
  readonly undone: any;
  /** What the people had was not the same again after the undo. */
  readonly changed: number;
  readonly movedTwice: number;
  readonly findings: readonly string[];
}

/** A job over so many people, whose process is killed with -9 in the middle, and its undo, killed as well if so asked. */
export async function crashBulk(people: number, longestMs: number, killsUndo = false): Promise<CrashedBulk> {
  const service = await TestService.start();
  // Only processes that can be killed do the job.
  await service.stopApps();
  let running: BuiltService | undefined;
  try {
    const tenantId = await createTenant(service);
    await service.sql(SEED, [tenantId, people]);
    const before = await service.sql(STATES, [tenantId]);
    running = await BuiltService.start(service.env);
    let bulk = new Bulk(service.operator(), tenantId).at(running.url);

    const killInTheMiddle = async (jobId: string): Promise<any> => {
      await eventually(async () => (await bulk.show(jobId)).body.counts.applied > people / 4, longestMs);
      running!.signal('SIGKILL');
      await running!.ended();
      running = await BuiltService.start(service.env);
      bulk = bulk.at(running.url);
      return bulk.ended(jobId, longestMs);
    };
    const { body: job } = await bulk.start({ step: 'profile', action: 'complete' });
    const done = await killInTheMiddle(job.id);
    const { body: undo } = await bulk.undo(job.id);
    const undone = killsUndo ? await killInTheMiddle(undo.id) : await bulk.ended(undo.id, longestMs);

    const after = await service.sql(STATES, [tenantId]);
    const moved = await Promise.all(
      ['complete', 'restore'].map((action) => service.sql(MOVED_TWICE, [tenantId, action])),
    );
    const { findings } = await verified(service.database.appUrl);
    return {
      done,
      undone,
      changed: before.filter((row, index) => JSON.stringify(row) !== JSON.stringify(after[index])).length,
      movedTwice: moved.flat().length,
      findings,
    };
  } finally {
    running?.signal('SIGTERM');
    await running?.ended();
    await service.stop();
  }
}

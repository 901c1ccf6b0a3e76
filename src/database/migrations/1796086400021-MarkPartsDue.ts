import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createFunctions, createPolicy, onAllRows } from './gently.js';

/*
 * A part was due for the rollup while `revision <> delivered`, which a partial index found. That index names the revision, so
 * no update of a part could stay on its page (HOT): each transition wrote an entry into every index of the table, and the
 * rollup did it once more. Now each transition adds one row here.
 *
 * There is a row for each revision, so that a transition never meets a row that the rollup is deleting: it would wait for it.
 * Only where a part was deleted and opened again, or taken back in the database, is there a row of that revision already.
 * No foreign key, which each transition would have to check; the rollup removes the rows of a part that is gone.
 */
const TABLE = `
  CREATE TABLE IF NOT EXISTS foothold.part_due (
    tenant_id uuid NOT NULL,
    flow_key text NOT NULL,
    subject text NOT NULL,
    revision integer NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT part_due_pk PRIMARY KEY (tenant_id, flow_key, subject, revision))`;

const OWN_TENANT = `USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`;

/** The rollup reads and removes them; an erasure moves them to the pseudonym. */
const GRANTS = [
  'GRANT SELECT, INSERT, UPDATE, DELETE ON foothold.part_due TO foothold_app',
  'GRANT SELECT, INSERT, UPDATE ON foothold.part_due TO foothold_erase',
  'GRANT SELECT ON foothold.part_due TO foothold_worker',
];

/** The index is used by no query of this build. Waiting for older transactions blocks no request, so the limit is long. */
const DROP_LOCK_TIMEOUT = '1h';

/** All columns but `delivered`. */
const READ_BY_WORKER =
  'tenant_id, flow_key, subject, member, flow_version, steps, data, revision, opened_at, started_at, updated_at';

/**
 * The previous build looks for due parts of all tenants by `delivered`, as this role, once a second. Without the index it would
 * read every part for that (over 5 s of 1,000,000). Refused, it waits and tries again, and this build counts for both. Nothing
 * else reads that column as this role.
 */
const REFUSE_OLDER_LOOK = `
  REVOKE SELECT ON foothold.onboarding_progress FROM foothold_worker;
  GRANT SELECT (${READ_BY_WORKER}) ON foothold.onboarding_progress TO foothold_worker`;
const ALLOW_OLDER_LOOK = `
  REVOKE SELECT ON foothold.onboarding_progress FROM foothold_worker;
  GRANT SELECT ON foothold.onboarding_progress TO foothold_worker`;

/** What was due before this migration, except what only `delivered` says so of. */
const DUE_ALREADY = `
  INSERT INTO foothold.part_due (tenant_id, flow_key, subject, revision, at)
  SELECT p.tenant_id, p.flow_key, p.subject, p.revision, p.updated_at
  FROM foothold.onboarding_progress p
  LEFT JOIN foothold.onboarding_position q
    ON q.tenant_id = p.tenant_id AND q.flow_key = p.flow_key AND q.subject = p.subject
  WHERE p.revision <> p.delivered AND q.revision IS DISTINCT FROM p.revision
  ON CONFLICT DO NOTHING`;

const TRANSITION_IS_DUE = `    INSERT INTO foothold.part_due (tenant_id, flow_key, subject, revision, at)
      VALUES (p_tenant, p_flow, p_part, next_revision, p_now)
      ON CONFLICT DO NOTHING;
`;

const OPENED_IS_DUE = `
    RETURNING flow_key, subject)
    INSERT INTO foothold.part_due (tenant_id, flow_key, subject, revision, at)
    SELECT p_tenant, flow_key, subject, 0, p_now FROM opened
    ON CONFLICT DO NOTHING`;

/** @param makesDue whether it adds the row by which the rollup finds the part; false is the function as it was */
const applyTransition = (makesDue: boolean): string => `
  CREATE OR REPLACE FUNCTION foothold.apply_transition_v2(
    p_tenant uuid, p_subject text, p_flow text, p_part text, p_revision integer, p_other_revision integer,
    p_other_is_judged boolean, p_version integer, p_steps jsonb, p_data jsonb, p_effects jsonb, p_action text, p_step text,
    p_actor text, p_actor_kind text, p_key text, p_hash text, p_client_time timestamptz, p_now timestamptz,
    p_activates_draft boolean, p_mirror_at timestamptz, p_due text[], p_reason text, p_impersonator text)
  RETURNS boolean
  LANGUAGE plpgsql AS $$
  DECLARE
    scope text;
    next_revision integer := p_revision + 1;
  BEGIN
    scope := set_config('app.tenant_id', p_tenant::text, true);
    scope := set_config('app.subject', p_subject, true);
    IF p_other_is_judged AND p_part <> '' THEN
      PERFORM FROM foothold.onboarding_progress
        WHERE tenant_id = p_tenant AND flow_key = p_flow AND subject = '' AND revision = p_other_revision FOR SHARE;
      IF NOT FOUND THEN RETURN false; END IF;
    END IF;
    UPDATE foothold.onboarding_progress
      SET steps = p_steps, data = p_data, revision = next_revision, started_at = coalesce(started_at, p_now),
        updated_at = p_now
      WHERE tenant_id = p_tenant AND flow_key = p_flow AND subject = p_part AND revision = p_revision;
    IF NOT FOUND THEN RETURN false; END IF;
    -- After the row lock, which archiving a draft takes as well: this sees what was committed meanwhile.
    IF NOT EXISTS (
      SELECT FROM foothold.tenant t
      WHERE t.tenant_id = p_tenant AND t.status <> 'archived' AND (t.status <> 'closed' OR p_actor_kind = 'system')
        AND (p_subject = '' OR EXISTS (
          SELECT FROM foothold.member m
          WHERE m.tenant_id = p_tenant AND m.subject = p_subject AND m.status = 'active'))) THEN
      RAISE serialization_failure;
    END IF;
    IF p_other_is_judged AND p_part = '' THEN
      PERFORM FROM foothold.onboarding_progress
        WHERE tenant_id = p_tenant AND flow_key = p_flow AND subject = p_subject AND revision = p_other_revision
        FOR SHARE;
      IF NOT FOUND THEN RAISE serialization_failure; END IF;
    END IF;
    INSERT INTO foothold.onboarding_history (tenant_id, flow_key, subject, revision, other_revision, flow_version,
        action, step, effects, actor, actor_kind, reason, operation_key, client_time, recorded_at, impersonator)
      VALUES (p_tenant, p_flow, p_part, next_revision, p_other_revision, p_version,
        p_action, p_step, p_effects, p_actor, p_actor_kind, p_reason, p_key, p_client_time, p_now, p_impersonator);
${makesDue ? TRANSITION_IS_DUE : ''}    IF p_key IS NOT NULL THEN
      INSERT INTO foothold.operation
          (tenant_id, actor, key, request_hash, applied, flow_key, subject, revision, created_at)
        VALUES (p_tenant, p_actor, p_key, p_hash, true, p_flow, p_part, next_revision, p_now);
    END IF;
    IF p_subject <> '' THEN
      INSERT INTO foothold.auth0_mirror AS m (tenant_id, subject, wanted, due_at)
        VALUES (p_tenant, p_subject, 1, p_mirror_at)
        ON CONFLICT (tenant_id, subject) DO UPDATE SET wanted = m.wanted + 1,
          due_at = least(m.due_at, excluded.due_at);
    END IF;
    IF p_part = '' THEN
      INSERT INTO foothold.auth0_mirror_tenant AS m (tenant_id, wanted, due_at) VALUES (p_tenant, 1, p_mirror_at)
        ON CONFLICT (tenant_id) DO UPDATE SET wanted = m.wanted + 1, due_at = least(m.due_at, excluded.due_at);
    END IF;
    IF p_activates_draft THEN
      UPDATE foothold.tenant SET status = 'active', updated_at = p_now
        WHERE tenant_id = p_tenant AND status = 'draft';
      IF FOUND THEN
        DELETE FROM foothold.draft_owner d USING foothold.member m
          WHERE m.tenant_id = p_tenant AND m.role = 'owner' AND d.subject = m.subject AND d.tenant_id = m.tenant_id;
      END IF;
    END IF;
    IF p_due IS NOT NULL THEN
      DELETE FROM foothold.due_step
        WHERE tenant_id = p_tenant AND flow_key = p_flow AND subject = p_part AND step <> ALL (p_due);
      INSERT INTO foothold.due_step (tenant_id, flow_key, subject, step, due_since)
        SELECT p_tenant, p_flow, p_part, due.step, p_now FROM unnest(p_due) AS due (step)
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN true;
  END $$`;

/** @param makesDue as above */
const openProgress = (makesDue: boolean): string => `
  CREATE OR REPLACE FUNCTION foothold.open_progress(
    p_tenant uuid, p_subject text, p_flow text, p_first text, p_second text, p_version integer, p_now timestamptz)
  RETURNS void
  LANGUAGE plpgsql AS $$
  DECLARE
    scope text;
  BEGIN
    scope := set_config('app.tenant_id', p_tenant::text, true);
    scope := set_config('app.subject', p_subject, true);
${makesDue ? '    WITH opened AS (' : '    '}INSERT INTO foothold.onboarding_progress
      (tenant_id, flow_key, subject, flow_version, steps, data, revision, updated_at)
    SELECT p_tenant, p_flow, part.subject, coalesce(shared.flow_version, p_version), '{}', '{}', 0, p_now
    FROM (VALUES (p_first) UNION VALUES (p_second)) AS part (subject)
    LEFT JOIN foothold.onboarding_progress shared
      ON shared.tenant_id = p_tenant AND shared.flow_key = p_flow AND shared.subject = ''
    WHERE p_subject = '' OR EXISTS (
      SELECT FROM foothold.member m
      WHERE m.tenant_id = p_tenant AND m.subject = p_subject AND m.status = 'active')
    ON CONFLICT DO NOTHING${makesDue ? OPENED_IS_DUE : ''};
  END $$`;

const SIGNATURE =
  'apply_transition_v2(uuid, text, text, text, integer, integer, boolean, integer, jsonb, jsonb, jsonb, text, text, ' +
  'text, text, text, text, timestamptz, timestamptz, boolean, timestamptz, text[], text, text)';

const functions = (makesDue: boolean): ReadonlyMap<string, string> =>
  new Map([
    [SIGNATURE, applyTransition(makesDue)],
    ['open_progress(uuid, text, text, text, text, integer, timestamptz)', openProgress(makesDue)],
  ]);

/**
 * The functions are replaced in place, so that transitions of the previous build make their parts due here as well. The
 * index is dropped after that: this waits for the transactions that still run the older functions. What they left due is
 * copied last.
 */
export class MarkPartsDue1796086400021 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLE);
    await runner.query('ALTER TABLE foothold.part_due ENABLE ROW LEVEL SECURITY');
    await runner.query('ALTER TABLE foothold.part_due FORCE ROW LEVEL SECURITY');
    await createPolicy(runner, 'part_due', 'part_due_own', OWN_TENANT);
    await createPolicy(runner, 'part_due', 'part_due_worker', 'TO foothold_worker USING (true)');
    for (const statement of GRANTS) await runner.query(statement);
    await createFunctions(runner, functions(true));
    await runner.query(REFUSE_OLDER_LOOK);
    await dropIndex(runner);
    await onAllRows(runner, ['onboarding_progress', 'onboarding_position', 'part_due'], [DUE_ALREADY]);
  }

  /** What the rollup has counted since is due once more, which changes nothing. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE INDEX progress_undelivered ON foothold.onboarding_progress (tenant_id) WHERE revision <> delivered',
    );
    await runner.query(ALLOW_OLDER_LOOK);
    await createFunctions(runner, functions(false));
    await runner.query('DROP TABLE foothold.part_due');
  }
}

async function dropIndex(runner: QueryRunner): Promise<void> {
  const [before] = (await runner.query('SHOW lock_timeout')) as Array<{ lock_timeout: string }>;
  await runner.query(`SET lock_timeout = '${DROP_LOCK_TIMEOUT}'`);
  try {
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS foothold.progress_undelivered');
  } finally {
    await runner.query(`SET lock_timeout = '${before?.lock_timeout}'`);
  }
}

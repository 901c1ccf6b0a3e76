import type { MigrationInterface, QueryRunner } from 'typeorm';

/*
 * The hot paths as functions, so that each statement costs one round trip. A function sets the tenant for its own
 * statement (`set_config(…, true)`), proves the membership and reads or writes, all with bound parameters and cached plans.
 *
 * For Citus: the tenant is the first argument, and only that tenant's rows and the directory are touched, so the
 * functions can be distributed on it.
 */

/** Opens the tenant's rows, and the person's directory rows, until the transaction ends. */
const OPEN_SCOPE = `
    scope := set_config('app.tenant_id', p_tenant::text, true);
    scope := set_config('app.subject', p_subject, true);`;

/**
 * One row for each part that is stored, or a single one without a part when none is. It travels as one value: a driver
 * spends more on ten columns (70 µs against 52) than PostgreSQL on packing them.
 */
const FOUND = 'TABLE (found json)';

/**
 * Whether the tenant is what the person's memberships lead to when nobody named one: no other active membership counts
 * (drafts never do), and a draft itself is chosen only where there is nothing else.
 */
const IS_THE_CHOICE = `
      NOT p_only OR NOT EXISTS (
        SELECT FROM foothold.membership other
        WHERE other.subject = p_subject AND other.status = 'active' AND other.tenant_id <> p_tenant
          AND NOT EXISTS (
            SELECT FROM foothold.draft_owner draft
            WHERE draft.subject = p_subject AND draft.tenant_id = other.tenant_id))`;

const FIELDS = `
      'role', m.role, 'tenant_status', t.status, 'is_the_choice', ${IS_THE_CHOICE},
      'part', p.subject, 'flow_version', p.flow_version, 'revision', p.revision, 'steps', p.steps, 'data', p.data,
      'started_at', p.started_at, 'updated_at', p.updated_at`;

/** A flow has one part or two; whoever asks for one names it twice. */
const FROM_PROGRESS = `
    FROM foothold.member m
    JOIN foothold.tenant t ON t.tenant_id = m.tenant_id
    LEFT JOIN foothold.onboarding_progress p
      ON p.tenant_id = m.tenant_id AND p.flow_key = p_flow AND p.subject IN (p_first, p_second)`;
const OF_A_MEMBER = `
    WHERE m.tenant_id = p_tenant AND m.subject = p_subject AND m.status = 'active' AND t.status <> 'archived'`;

/** A key is the actor's own. */
const withOperation = (fields: string, actor: string): string => `
    SELECT json_build_object(${fields},
      'operation_hash', op.request_hash, 'operation_applied', op.applied) ${FROM_PROGRESS}
    LEFT JOIN foothold.operation op ON op.tenant_id = m.tenant_id AND op.actor = ${actor} AND op.key = p_key
    ${OF_A_MEMBER}`;

/** What a person sees. */
const READ_PROGRESS = `
  CREATE FUNCTION foothold.read_progress(
    p_tenant uuid, p_subject text, p_flow text, p_first text, p_second text, p_only boolean)
  RETURNS ${FOUND}
  LANGUAGE plpgsql AS $$
  DECLARE
    scope text;
  BEGIN ${OPEN_SCOPE}
    RETURN QUERY SELECT json_build_object(${FIELDS}) ${FROM_PROGRESS} ${OF_A_MEMBER};
  END $$`;

/**
 * What a transition is judged on: the same, the operation that is stored under the key, and since when the person has been
 * a member, in one snapshot.
 */
const READ_FOR_TRANSITION = `
  CREATE FUNCTION foothold.read_for_transition(
    p_tenant uuid, p_subject text, p_flow text, p_first text, p_second text, p_only boolean, p_key text)
  RETURNS ${FOUND}
  LANGUAGE plpgsql AS $$
  DECLARE
    scope text;
  BEGIN ${OPEN_SCOPE}
    RETURN QUERY ${withOperation(`'joined_at', m.created_at, ${FIELDS}`, 'm.subject')};
  END $$`;

/**
 * The same again for whoever lost a race, locked until the transaction ends: the shared row first, FOR UPDATE what the
 * transition may change, FOR SHARE what it only reads. The read comes after the locks, so of two requests with one key the
 * second sees what the first stored. A stranger locks nothing. The actor may be somebody else, an admin.
 */
const LOCK_PROGRESS = `
  CREATE FUNCTION foothold.lock_progress(
    p_tenant uuid, p_subject text, p_flow text, p_first text, p_second text, p_only boolean, p_key text, p_moved text,
    p_actor text)
  RETURNS ${FOUND}
  LANGUAGE plpgsql AS $$
  DECLARE
    scope text;
  BEGIN ${OPEN_SCOPE}
    IF NOT EXISTS (
      SELECT FROM foothold.member m
      WHERE m.tenant_id = p_tenant AND m.subject = p_subject AND m.status = 'active') THEN RETURN;
    END IF;
    IF p_first = p_moved THEN
      PERFORM FROM foothold.onboarding_progress p
        WHERE p.tenant_id = p_tenant AND p.flow_key = p_flow AND p.subject = p_first FOR UPDATE;
      PERFORM FROM foothold.onboarding_progress p
        WHERE p_second <> p_first AND p.tenant_id = p_tenant AND p.flow_key = p_flow AND p.subject = p_second FOR SHARE;
    ELSE
      PERFORM FROM foothold.onboarding_progress p
        WHERE p.tenant_id = p_tenant AND p.flow_key = p_flow AND p.subject = p_first FOR SHARE;
      PERFORM FROM foothold.onboarding_progress p
        WHERE p.tenant_id = p_tenant AND p.flow_key = p_flow AND p.subject = p_moved FOR UPDATE;
    END IF;
    RETURN QUERY ${withOperation(FIELDS, 'p_actor')};
  END $$`;

/**
 * Makes the rows that a flow has (at revision 0) where they are missing. Races end with one row each. A stranger gets
 * none: only an active member of the tenant makes rows, and a trusted system, which is nobody (''), the shared one. A
 * member's row takes the version of the shared row, which others have been judged by already.
 */
const OPEN_PROGRESS = `
  CREATE FUNCTION foothold.open_progress(
    p_tenant uuid, p_subject text, p_flow text, p_first text, p_second text, p_version integer, p_now timestamptz)
  RETURNS void
  LANGUAGE plpgsql AS $$
  DECLARE
    scope text;
  BEGIN ${OPEN_SCOPE}
    INSERT INTO foothold.onboarding_progress
      (tenant_id, flow_key, subject, flow_version, steps, data, revision, updated_at)
    SELECT p_tenant, p_flow, part.subject, coalesce(shared.flow_version, p_version), '{}', '{}', 0, p_now
    FROM (VALUES (p_first) UNION VALUES (p_second)) AS part (subject)
    LEFT JOIN foothold.onboarding_progress shared
      ON shared.tenant_id = p_tenant AND shared.flow_key = p_flow AND shared.subject = ''
    WHERE p_subject = '' OR EXISTS (
      SELECT FROM foothold.member m
      WHERE m.tenant_id = p_tenant AND m.subject = p_subject AND m.status = 'active')
    ON CONFLICT DO NOTHING;
  END $$`;

/**
 * An accepted transition: progress (compare-and-set), history, operation, mirror marks, the draft that becomes active,
 * and what trusted systems are to do next (`p_due`, null while that is as before). Nothing is written unless both parts
 * still are at the revisions that it was judged on, the tenant is open, and the person is its member: the answer is false,
 * or, where the first part was changed before that showed, a serialization failure.
 *
 * Measured against six prepared statements in a transaction, which write less: 0.63 of the database's CPU time.
 */
const APPLY_TRANSITION = `
  CREATE FUNCTION foothold.apply_transition(
    p_tenant uuid, p_subject text, p_flow text, p_part text, p_revision integer, p_other_revision integer,
    p_other_is_judged boolean, p_version integer, p_steps jsonb, p_data jsonb, p_effects jsonb, p_action text, p_step text,
    p_actor text, p_actor_kind text, p_key text, p_hash text, p_client_time timestamptz, p_now timestamptz,
    p_activates_draft boolean, p_mirror_at timestamptz, p_due text[], p_reason text)
  RETURNS boolean
  LANGUAGE plpgsql AS $$
  DECLARE
    scope text;
    next_revision integer := p_revision + 1;
  BEGIN ${OPEN_SCOPE}
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
    -- Looked at behind the row, which a draft that is being archived is locked by: this sees what was committed meanwhile.
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
        action, step, effects, actor, actor_kind, reason, operation_key, client_time, recorded_at)
      VALUES (p_tenant, p_flow, p_part, next_revision, p_other_revision, p_version,
        p_action, p_step, p_effects, p_actor, p_actor_kind, p_reason, p_key, p_client_time, p_now);
    IF p_key IS NOT NULL THEN
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

/** Remembers a no-op's outcome, so that its key answers the same also after a later reopen. False: the key is taken. */
const STORE_NO_OP = `
  CREATE FUNCTION foothold.store_no_op(
    p_tenant uuid, p_subject text, p_key text, p_hash text, p_flow text, p_part text, p_revision integer,
    p_now timestamptz)
  RETURNS boolean
  LANGUAGE plpgsql AS $$
  DECLARE
    scope text;
  BEGIN ${OPEN_SCOPE}
    INSERT INTO foothold.operation (tenant_id, actor, key, request_hash, applied, flow_key, subject, revision, created_at)
      VALUES (p_tenant, p_subject, p_key, p_hash, false, p_flow, p_part, p_revision, p_now)
      ON CONFLICT DO NOTHING;
    RETURN FOUND;
  END $$`;

const FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['read_progress(uuid, text, text, text, text, boolean)', READ_PROGRESS],
  ['read_for_transition(uuid, text, text, text, text, boolean, text)', READ_FOR_TRANSITION],
  ['lock_progress(uuid, text, text, text, text, boolean, text, text, text)', LOCK_PROGRESS],
  ['open_progress(uuid, text, text, text, text, integer, timestamptz)', OPEN_PROGRESS],
  [
    'apply_transition(uuid, text, text, text, integer, integer, boolean, integer, jsonb, jsonb, jsonb, text, text, ' +
      'text, text, text, text, timestamptz, timestamptz, boolean, timestamptz, text[], text)',
    APPLY_TRANSITION,
  ],
  ['store_no_op(uuid, text, text, text, text, text, integer, timestamptz)', STORE_NO_OP],
]);

export class CreateProgressFunctions1795348900000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [signature, definition] of FUNCTIONS) {
      await runner.query(definition);
      await runner.query(`REVOKE ALL ON FUNCTION foothold.${signature} FROM PUBLIC`);
      await runner.query(`GRANT EXECUTE ON FUNCTION foothold.${signature} TO foothold_app`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const signature of FUNCTIONS.keys()) await runner.query(`DROP FUNCTION foothold.${signature}`);
  }
}

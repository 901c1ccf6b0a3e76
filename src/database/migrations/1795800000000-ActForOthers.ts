import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  APPLY_TRANSITION as APPLY_TRANSITION_BEFORE,
  FIELDS,
  FOUND,
  FROM_PROGRESS,
  LOCK_PROGRESS as LOCK_PROGRESS_BEFORE,
  OF_A_MEMBER,
  OPEN_SCOPE,
} from './1795348900000-CreateProgressFunctions.js';

/*
 * The new arguments have a default, so that a process of the version before goes on while this one is rolled out.
 */

/** As before, for whoever acts on somebody else's progress: a key is the actor's own. */
const LOCK_PROGRESS = `
  CREATE FUNCTION foothold.lock_progress(
    p_tenant uuid, p_subject text, p_flow text, p_first text, p_second text, p_only boolean, p_key text, p_moved text,
    p_actor text DEFAULT NULL)
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
    RETURN QUERY SELECT json_build_object(${FIELDS},
        'operation_hash', op.request_hash, 'operation_applied', op.applied) ${FROM_PROGRESS}
      LEFT JOIN foothold.operation op
        ON op.tenant_id = m.tenant_id AND op.actor = coalesce(p_actor, m.subject) AND op.key = p_key
      ${OF_A_MEMBER};
  END $$`;

/** As before, and the history keeps why an admin did it. */
const APPLY_TRANSITION = `
  CREATE FUNCTION foothold.apply_transition(
    p_tenant uuid, p_subject text, p_flow text, p_part text, p_revision integer, p_other_revision integer,
    p_other_is_judged boolean, p_version integer, p_steps jsonb, p_data jsonb, p_effects jsonb, p_action text, p_step text,
    p_actor text, p_actor_kind text, p_key text, p_hash text, p_client_time timestamptz, p_now timestamptz,
    p_activates_draft boolean, p_mirror_at timestamptz, p_due text[], p_reason text DEFAULT NULL)
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

const LOCK_BEFORE = 'lock_progress(uuid, text, text, text, text, boolean, text, text)';
const LOCK_NOW = 'lock_progress(uuid, text, text, text, text, boolean, text, text, text)';
const APPLY_BEFORE =
  'apply_transition(uuid, text, text, text, integer, integer, boolean, integer, jsonb, jsonb, jsonb, text, text, ' +
  'text, text, text, text, timestamptz, timestamptz, boolean, timestamptz, text[])';
const APPLY_NOW = APPLY_BEFORE.replace('text[])', 'text[], text)');

const replaced = (before: string, now: string, definition: string): string[] => [
  `DROP FUNCTION foothold.${before}`,
  definition,
  `REVOKE ALL ON FUNCTION foothold.${now} FROM PUBLIC`,
  `GRANT EXECUTE ON FUNCTION foothold.${now} TO foothold_app`,
];

/** Admins move other people's steps, with their own keys and a reason. */
export class ActForOthers1795800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      ...replaced(LOCK_BEFORE, LOCK_NOW, LOCK_PROGRESS),
      ...replaced(APPLY_BEFORE, APPLY_NOW, APPLY_TRANSITION),
    ];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    const statements = [
      ...replaced(APPLY_NOW, APPLY_BEFORE, APPLY_TRANSITION_BEFORE),
      ...replaced(LOCK_NOW, LOCK_BEFORE, LOCK_PROGRESS_BEFORE),
    ];
    for (const statement of statements) await runner.query(statement);
  }
}

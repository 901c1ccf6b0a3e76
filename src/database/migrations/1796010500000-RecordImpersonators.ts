import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createFunctions, createIndex, replaceConstraint } from './gently.js';

/** Null: the actor acted themselves. Not in `actor`, which stays the person that the token is of. */
const TABLES = ['onboarding_history', 'audit', 'bulk_job'];

const KINDS = ['member', 'admin', 'system', 'import', 'migration'];

const known = (kinds: readonly string[]): string =>
  `CHECK (actor_kind IN (${kinds.map((kind) => `'${kind}'`).join(', ')}))`;

/** Erasing a person finds what they did in another person's name. */
const BY_IMPERSONATOR = 'foothold.onboarding_history (tenant_id, impersonator) WHERE impersonator IS NOT NULL';

/** As `apply_transition`, with the one who acted in the actor's name. The older build goes on with the other. */
const APPLY_TRANSITION = `
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

const SIGNATURE =
  'apply_transition_v2(uuid, text, text, text, integer, integer, boolean, integer, jsonb, jsonb, jsonb, text, text, ' +
  'text, text, text, text, timestamptz, timestamptz, boolean, timestamptz, text[], text, text)';

/** Records who acted with another person's token: the claim `act` of RFC 8693. */
export class RecordImpersonators1796010500000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      await runner.query(`ALTER TABLE foothold.${table} ADD COLUMN IF NOT EXISTS impersonator text`);
    }
    await replaceConstraint(
      runner,
      'onboarding_history',
      'history_actor_kind_known',
      known([...KINDS, 'impersonated']),
    );
    await createIndex(runner, 'history_by_impersonator', BY_IMPERSONATOR);
    await createFunctions(runner, new Map([[SIGNATURE, APPLY_TRANSITION]]));
  }

  /** The older form knows no such kind: the person alone is named then. */
  async down(runner: QueryRunner): Promise<void> {
    const statements = [
      `DROP FUNCTION foothold.${SIGNATURE}`,
      'DROP INDEX foothold.history_by_impersonator',
      'ALTER TABLE foothold.onboarding_history NO FORCE ROW LEVEL SECURITY',
      `UPDATE foothold.onboarding_history SET actor_kind = 'member' WHERE actor_kind = 'impersonated'`,
      'ALTER TABLE foothold.onboarding_history FORCE ROW LEVEL SECURITY',
      'ALTER TABLE foothold.onboarding_history DROP CONSTRAINT history_actor_kind_known',
      `ALTER TABLE foothold.onboarding_history ADD CONSTRAINT history_actor_kind_known ${known(KINDS)}`,
      ...TABLES.map((table) => `ALTER TABLE foothold.${table} DROP COLUMN impersonator`),
    ];
    for (const statement of statements) await runner.query(statement);
  }
}

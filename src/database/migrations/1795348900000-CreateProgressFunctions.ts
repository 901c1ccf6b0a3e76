import type { MigrationInterface, QueryRunner } from 'typeorm';

/*
 * The two hot paths as functions, so that each costs one round trip. A function sets the tenant for its own statement
 * (`set_config(…, true)`), proves the membership and reads, all with bound parameters and cached plans. Measured against
 * a plain prepared select (1.0): this 0.83; BEGIN, SET LOCAL, SELECT and COMMIT as one message 0.40.
 *
 * For Citus: the tenant is the first argument, and only that tenant's rows and the directory are read, so the functions
 * can be distributed on it.
 */

const ROW = `
    role text, tenant_status text, is_the_choice boolean,
    shared_version integer, shared_revision integer, shared_steps jsonb, shared_data jsonb,
    shared_started_at timestamptz, shared_updated_at timestamptz,
    own_version integer, own_revision integer, own_steps jsonb, own_data jsonb,
    own_started_at timestamptz, own_updated_at timestamptz`;

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

const SELECT_ROW = `
    SELECT m.role, t.status, ${IS_THE_CHOICE},
      s.flow_version, s.revision, s.steps, s.data, s.started_at, s.updated_at,
      o.flow_version, o.revision, o.steps, o.data, o.started_at, o.updated_at
    FROM foothold.member m
    JOIN foothold.tenant t ON t.tenant_id = m.tenant_id
    LEFT JOIN foothold.onboarding_progress s
      ON s.tenant_id = m.tenant_id AND s.flow_key = p_flow AND s.subject = ''
    LEFT JOIN foothold.onboarding_progress o
      ON o.tenant_id = m.tenant_id AND o.flow_key = p_flow AND o.subject = m.subject
    WHERE m.tenant_id = p_tenant AND m.subject = p_subject AND m.status = 'active' AND t.status <> 'archived'`;

const READ_PROGRESS = `
  CREATE FUNCTION foothold.read_progress(p_tenant uuid, p_subject text, p_flow text, p_only boolean)
  RETURNS TABLE (${ROW})
  LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM set_config('app.tenant_id', p_tenant::text, true), set_config('app.subject', p_subject, true);
    RETURN QUERY ${SELECT_ROW};
  END $$`;

/**
 * Makes the rows that a flow has (at revision 0) where they are missing. Races end with one row each. A stranger gets
 * none: only an active member of the tenant makes rows. A member's row takes the version of the shared row, which
 * others have been judged by already.
 */
const OPEN_PROGRESS = `
  CREATE FUNCTION foothold.open_progress(
    p_tenant uuid, p_subject text, p_flow text, p_version integer, p_shared boolean, p_own boolean, p_now timestamptz)
  RETURNS void
  LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM set_config('app.tenant_id', p_tenant::text, true), set_config('app.subject', p_subject, true);
    INSERT INTO foothold.onboarding_progress
      (tenant_id, flow_key, subject, flow_version, steps, data, revision, updated_at)
    SELECT p_tenant, p_flow, part.subject, coalesce(shared.flow_version, p_version), '{}', '{}', 0, p_now
    FROM (VALUES ('', p_shared), (p_subject, p_own)) AS part (subject, wanted)
    LEFT JOIN foothold.onboarding_progress shared
      ON shared.tenant_id = p_tenant AND shared.flow_key = p_flow AND shared.subject = ''
    WHERE part.wanted AND EXISTS (
      SELECT FROM foothold.member m
      WHERE m.tenant_id = p_tenant AND m.subject = p_subject AND m.status = 'active')
    ON CONFLICT DO NOTHING;
  END $$`;

/**
 * Locks what a transition is judged on, shared row first: FOR UPDATE what it may change, FOR SHARE what it only reads
 * (a member step that requires a shared one must not be judged while that one is being reopened). The operation is
 * looked up after the locks, so of two requests with one key the second sees what the first stored.
 */
const LOCK_PROGRESS = `
  CREATE FUNCTION foothold.lock_progress(
    p_tenant uuid, p_subject text, p_flow text, p_version integer, p_shared boolean, p_own boolean,
    p_part text, p_only boolean, p_key text, p_now timestamptz)
  RETURNS TABLE (${ROW},
    operation_hash text, operation_applied boolean, operation_revision integer)
  LANGUAGE plpgsql AS $$
  DECLARE
    missing boolean := false;
  BEGIN
    -- A stranger must not lock anything.
    IF NOT EXISTS (
      SELECT FROM foothold.member m
      WHERE m.tenant_id = p_tenant AND m.subject = p_subject AND m.status = 'active') THEN RETURN;
    END IF;
    FOR attempt IN 1..2 LOOP
      IF p_shared AND p_part = 'tenant' THEN
        PERFORM FROM foothold.onboarding_progress p
          WHERE p.tenant_id = p_tenant AND p.flow_key = p_flow AND p.subject = '' FOR UPDATE;
        missing := NOT FOUND;
      ELSIF p_shared THEN
        PERFORM FROM foothold.onboarding_progress p
          WHERE p.tenant_id = p_tenant AND p.flow_key = p_flow AND p.subject = '' FOR SHARE;
        missing := NOT FOUND;
      END IF;
      IF p_own AND p_part = 'member' THEN
        PERFORM FROM foothold.onboarding_progress p
          WHERE p.tenant_id = p_tenant AND p.flow_key = p_flow AND p.subject = p_subject FOR UPDATE;
        missing := missing OR NOT FOUND;
      ELSIF p_own THEN
        PERFORM FROM foothold.onboarding_progress p
          WHERE p.tenant_id = p_tenant AND p.flow_key = p_flow AND p.subject = p_subject FOR SHARE;
        missing := missing OR NOT FOUND;
      END IF;
      EXIT WHEN NOT missing;
      PERFORM foothold.open_progress(p_tenant, p_subject, p_flow, p_version, p_shared, p_own, p_now);
    END LOOP;
    RETURN QUERY
      SELECT found.*, op.request_hash, op.applied, op.revision
      FROM (${SELECT_ROW}) AS found
      LEFT JOIN foothold.operation op
        ON op.tenant_id = p_tenant AND op.actor = p_subject AND op.key = p_key;
  END $$`;

const SIGNATURES = [
  'read_progress(uuid, text, text, boolean)',
  'open_progress(uuid, text, text, integer, boolean, boolean, timestamptz)',
  'lock_progress(uuid, text, text, integer, boolean, boolean, text, boolean, text, timestamptz)',
];

export class CreateProgressFunctions1795348900000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const definition of [READ_PROGRESS, OPEN_PROGRESS, LOCK_PROGRESS]) await runner.query(definition);
    for (const signature of SIGNATURES) {
      await runner.query(`REVOKE ALL ON FUNCTION foothold.${signature} FROM PUBLIC`);
      await runner.query(`GRANT EXECUTE ON FUNCTION foothold.${signature} TO foothold_app`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const signature of SIGNATURES.toReversed()) await runner.query(`DROP FUNCTION foothold.${signature}`);
  }
}

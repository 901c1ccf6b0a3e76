import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addConstraint, addUniqueByIndex, createFunctions, createIndex, onAllRows } from './gently.js';

/*
 * The directory learns which tenants are closed, because a closed tenant is no choice while a person has another one, and
 * a person's other tenants cannot be read under row-level security. The foreign key keeps the copy true: the database
 * changes it in the transaction that closes or opens a tenant, whichever build does that, and refuses a membership that
 * was made for the tenant as it was before.
 */

const GENERATED_COLUMN = `
  INSERT INTO foothold.typeorm_metadata (database, schema, "table", type, name, value)
  SELECT current_database(), 'foothold', 'tenant', 'GENERATED_COLUMN', 'is_closed', '(status = ''closed''::text)'
  WHERE NOT EXISTS (SELECT FROM foothold.typeorm_metadata WHERE "table" = 'tenant' AND name = 'is_closed')`;

/** Locks the tenants, so that none is opened before its memberships are stored. */
const MEMBERSHIPS_OF_CLOSED = `
    WITH closed AS (SELECT tenant_id FROM foothold.tenant WHERE is_closed FOR SHARE)
    UPDATE foothold.membership ms SET tenant_is_closed = true
    FROM closed WHERE ms.tenant_id = closed.tenant_id AND NOT ms.tenant_is_closed`;

/** Closing a tenant did not make its mirrors due so far, so Auth0 still holds them. Twice does no harm. */
const MIRRORS_ARE_DUE = `
    INSERT INTO foothold.auth0_mirror_tenant AS m (tenant_id, wanted, due_at)
    SELECT tenant_id, 1, now() FROM foothold.tenant WHERE is_closed
    ON CONFLICT (tenant_id) DO UPDATE SET wanted = m.wanted + 1, due_at = least(m.due_at, excluded.due_at)`;

/**
 * A stored column rewrites the table of tenants under an exclusive lock: 3 to 5 s for 1,000,000 tenants. NOT NULL is checked
 * by that rewrite.
 */
const IS_CLOSED = `
  ALTER TABLE foothold.tenant ADD COLUMN IF NOT EXISTS
    is_closed boolean GENERATED ALWAYS AS ((status = 'closed'::text)) STORED NOT NULL`;

const KNOWS_CLOSED = `FOREIGN KEY (tenant_id, tenant_is_closed) REFERENCES foothold.tenant (tenant_id, is_closed)
     ON UPDATE CASCADE ON DELETE CASCADE`;

const VALIDATE = 'ALTER TABLE foothold.membership VALIDATE CONSTRAINT membership_knows_closed';

const OPEN_SCOPE = `
    scope := set_config('app.tenant_id', p_tenant::text, true);
    scope := set_config('app.subject', p_subject, true);`;

/**
 * Whether the tenant is what the memberships lead to when the request names none. No other usable tenant may exist:
 * neither the person's own draft nor a closed tenant counts as usable. A closed tenant also gives way to the own draft.
 */
const IS_THE_CHOICE = `
      NOT p_only OR NOT EXISTS (
        SELECT FROM foothold.membership other
        WHERE other.subject = p_subject AND other.status = 'active' AND other.tenant_id <> p_tenant
          AND NOT other.tenant_is_closed
          AND (t.status = 'closed' OR NOT EXISTS (
            SELECT FROM foothold.draft_owner draft
            WHERE draft.subject = p_subject AND draft.tenant_id = other.tenant_id)))`;

const FIELDS = `
      'role', m.role, 'tenant_status', t.status, 'is_the_choice', ${IS_THE_CHOICE},
      'part', p.subject, 'flow_version', p.flow_version, 'revision', p.revision, 'steps', p.steps, 'data', p.data,
      'started_at', p.started_at, 'updated_at', p.updated_at`;

const FROM_PROGRESS = `
    FROM foothold.member m
    JOIN foothold.tenant t ON t.tenant_id = m.tenant_id
    LEFT JOIN foothold.onboarding_progress p
      ON p.tenant_id = m.tenant_id AND p.flow_key = p_flow AND p.subject IN (p_first, p_second)`;
const OF_A_MEMBER = `
    WHERE m.tenant_id = p_tenant AND m.subject = p_subject AND m.status = 'active' AND t.status <> 'archived'`;

const withOperation = (fields: string, actor: string): string => `
    SELECT json_build_object(${fields},
      'operation_hash', op.request_hash, 'operation_applied', op.applied) ${FROM_PROGRESS}
    LEFT JOIN foothold.operation op ON op.tenant_id = m.tenant_id AND op.actor = ${actor} AND op.key = p_key
    ${OF_A_MEMBER}`;

const READ_PROGRESS = `
  CREATE OR REPLACE FUNCTION foothold.read_progress_v2(
    p_tenant uuid, p_subject text, p_flow text, p_first text, p_second text, p_only boolean)
  RETURNS TABLE (found json)
  LANGUAGE plpgsql AS $$
  DECLARE
    scope text;
  BEGIN ${OPEN_SCOPE}
    RETURN QUERY SELECT json_build_object(${FIELDS}) ${FROM_PROGRESS} ${OF_A_MEMBER};
  END $$`;

const READ_FOR_TRANSITION = `
  CREATE OR REPLACE FUNCTION foothold.read_for_transition_v2(
    p_tenant uuid, p_subject text, p_flow text, p_first text, p_second text, p_only boolean, p_key text)
  RETURNS TABLE (found json)
  LANGUAGE plpgsql AS $$
  DECLARE
    scope text;
  BEGIN ${OPEN_SCOPE}
    RETURN QUERY ${withOperation(`'joined_at', m.created_at, ${FIELDS}`, 'm.subject')};
  END $$`;

/** Locks the shared row first, and reads after the locks; a person who is no member locks nothing. */
const LOCK_PROGRESS = `
  CREATE OR REPLACE FUNCTION foothold.lock_progress_v2(
    p_tenant uuid, p_subject text, p_flow text, p_first text, p_second text, p_only boolean, p_key text, p_moved text,
    p_actor text)
  RETURNS TABLE (found json)
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

const FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['read_progress_v2(uuid, text, text, text, text, boolean)', READ_PROGRESS],
  ['read_for_transition_v2(uuid, text, text, text, text, boolean, text)', READ_FOR_TRANSITION],
  ['lock_progress_v2(uuid, text, text, text, text, boolean, text, text, text)', LOCK_PROGRESS],
]);

/** Lets a request find the only usable tenant of a person who belongs to closed ones, too. */
export class KnowClosedTenants1796010300000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(IS_CLOSED);
    await runner.query(GENERATED_COLUMN);
    await createIndex(runner, 'tenant_closed_known', 'foothold.tenant (tenant_id, is_closed)', true);
    await addUniqueByIndex(runner, 'tenant', 'tenant_closed_known');
    await runner.query(
      'ALTER TABLE foothold.membership ADD COLUMN IF NOT EXISTS tenant_is_closed boolean NOT NULL DEFAULT false',
    );
    await createIndex(runner, 'membership_by_tenant', 'foothold.membership (tenant_id, tenant_is_closed)');
    // Before the rows are filled: from here on, closing and opening a tenant changes them.
    await addConstraint(runner, 'membership', 'membership_knows_closed', KNOWS_CLOSED);
    await onAllRows(
      runner,
      ['tenant', 'membership', 'auth0_mirror_tenant'],
      [MEMBERSHIPS_OF_CLOSED, MIRRORS_ARE_DUE, VALIDATE],
    );
    await createFunctions(runner, FUNCTIONS);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const signature of FUNCTIONS.keys()) await runner.query(`DROP FUNCTION foothold.${signature}`);
    const statements = [
      'ALTER TABLE foothold.membership DROP CONSTRAINT membership_knows_closed',
      'DROP INDEX foothold.membership_by_tenant',
      'ALTER TABLE foothold.membership DROP COLUMN tenant_is_closed',
      'ALTER TABLE foothold.tenant DROP CONSTRAINT tenant_closed_known',
      'ALTER TABLE foothold.tenant DROP COLUMN is_closed',
      `DELETE FROM foothold.typeorm_metadata WHERE "table" = 'tenant' AND name = 'is_closed'`,
    ];
    for (const statement of statements) await runner.query(statement);
  }
}

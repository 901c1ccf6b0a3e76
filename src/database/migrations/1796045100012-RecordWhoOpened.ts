import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createFunctions } from './gently.js';

/*
 * `removal_noted_at` is the member's `updated_at` at the removal that `removed_after` belongs to. A build that does not
 * write `removed_after` changes `updated_at` alone, so the two differ then, and the number is known to be an old one. Null
 * is of removals by the build before this one, whose number counts.
 */
const COLUMNS = [
  ['invitation', 'impersonator', 'text'],
  ['member', 'removal_noted_at', 'timestamptz'],
] as const;

/** As `open_draft`. A draft that another user opened with the person's token has an entry in its audit log. */
const OPEN_DRAFT = `
  CREATE OR REPLACE FUNCTION foothold.open_draft_v2(
    p_tenant uuid, p_subject text, p_name text, p_now timestamptz, p_audit uuid, p_impersonator text)
  RETURNS TABLE (tenant_id uuid)
  LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(p_subject, 0));
    IF EXISTS (SELECT FROM foothold.memberships_of(p_subject)) THEN RETURN; END IF;
    PERFORM set_config('app.tenant_id', p_tenant::text, true), set_config('app.subject', p_subject, true);
    WITH won AS (
      INSERT INTO foothold.draft_owner AS d (subject, tenant_id) VALUES (p_subject, p_tenant)
      ON CONFLICT ON CONSTRAINT draft_owner_pk DO NOTHING
      RETURNING d.subject, d.tenant_id
    ), draft AS (
      INSERT INTO foothold.tenant (tenant_id, name, status, created_at, updated_at)
      SELECT won.tenant_id, p_name, 'draft', p_now, p_now FROM won
    ), owner AS (
      INSERT INTO foothold.member (tenant_id, subject, role, status, created_at, updated_at)
      SELECT won.tenant_id, won.subject, 'owner', 'active', p_now, p_now FROM won
    ), recorded AS (
      INSERT INTO foothold.audit (tenant_id, audit_id, actor, action, detail, recorded_at, impersonator)
      SELECT won.tenant_id, p_audit, won.subject, 'tenant_created', jsonb_build_object('name', p_name, 'status', 'draft'),
        p_now, p_impersonator
      FROM won WHERE p_impersonator IS NOT NULL
    )
    INSERT INTO foothold.membership (subject, tenant_id, role, status)
    SELECT won.subject, won.tenant_id, 'owner', 'active' FROM won;
    RETURN QUERY SELECT d.tenant_id FROM foothold.draft_owner d WHERE d.subject = p_subject;
  END $$`;

/**
 * As `join_organization`, and it records who acts with the person's token. Without `p_joins` the person does not join: a
 * stranger gets the tenant with the membership null.
 */
const JOIN_ORGANIZATION = `
  CREATE OR REPLACE FUNCTION foothold.join_organization_v2(
    p_organization text, p_subject text, p_audit uuid, p_now timestamptz, p_person text, p_issued timestamptz,
    p_impersonator text, p_joins boolean)
  RETURNS TABLE (tenant_id uuid, tenant_status text, membership text)
  LANGUAGE plpgsql AS $$
  DECLARE
    target uuid;
  BEGIN
    PERFORM set_config('app.organization_id', p_organization, true), set_config('app.subject', p_subject, true);
    SELECT o.tenant_id INTO target FROM foothold.organization o WHERE o.organization_id = p_organization;
    IF NOT FOUND THEN RETURN; END IF;
    PERFORM set_config('app.tenant_id', target::text, true);
    IF EXISTS (
      SELECT FROM foothold.erased_person e
      WHERE e.person = p_person AND e.tenant_id = target AND e.erased_at > p_issued)
      AND NOT EXISTS (
        SELECT FROM foothold.member m WHERE m.tenant_id = target AND m.subject = p_subject) THEN
      RETURN QUERY SELECT target, 'active', 'erased';
      RETURN;
    END IF;
    IF p_joins THEN
      WITH joined AS (
        INSERT INTO foothold.member AS m (tenant_id, subject, role, status, created_at, updated_at)
        SELECT t.tenant_id, p_subject, 'member', 'active', p_now, p_now
        FROM foothold.tenant t WHERE t.tenant_id = target AND t.status IN ('draft', 'active')
        ON CONFLICT ON CONSTRAINT member_pk DO NOTHING
        RETURNING m.tenant_id, m.subject, m.role, m.status
      ), listed AS (
        INSERT INTO foothold.membership (subject, tenant_id, role, status)
        SELECT joined.subject, joined.tenant_id, joined.role, joined.status FROM joined
      ), mirrored AS (
        INSERT INTO foothold.auth0_mirror (tenant_id, subject, wanted, due_at)
        SELECT joined.tenant_id, joined.subject, 1, p_now FROM joined
      )
      INSERT INTO foothold.audit (tenant_id, audit_id, actor, action, subject, detail, recorded_at, impersonator)
        SELECT joined.tenant_id, p_audit, joined.subject, 'member_joined', joined.subject,
          jsonb_build_object('organizationId', p_organization, 'role', joined.role), p_now, p_impersonator
        FROM joined;
    END IF;
    RETURN QUERY
      SELECT t.tenant_id, t.status, m.status FROM foothold.tenant t
      LEFT JOIN foothold.member m ON m.tenant_id = t.tenant_id AND m.subject = p_subject
      WHERE t.tenant_id = target;
  END $$`;

const FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['open_draft_v2(uuid, text, text, timestamptz, uuid, text)', OPEN_DRAFT],
  ['join_organization_v2(text, text, uuid, timestamptz, text, timestamptz, text, boolean)', JOIN_ORGANIZATION],
]);

/** Records who acted with a person's token when they invited, joined or opened a draft, and dates each removal. */
export class RecordWhoOpened1796045100012 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, name, type] of COLUMNS) {
      await runner.query(`ALTER TABLE foothold.${table} ADD COLUMN IF NOT EXISTS ${name} ${type}`);
    }
    await createFunctions(runner, FUNCTIONS);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const signature of FUNCTIONS.keys()) await runner.query(`DROP FUNCTION foothold.${signature}`);
    for (const [table, name] of COLUMNS) await runner.query(`ALTER TABLE foothold.${table} DROP COLUMN ${name}`);
  }
}

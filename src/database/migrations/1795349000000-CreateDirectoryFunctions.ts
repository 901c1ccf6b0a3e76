import type { MigrationInterface, QueryRunner } from 'typeorm';

/*
 * From a person to their tenants. Each function opens the person's directory rows for its own statement, and a tenant's
 * rows only after the directory led to it.
 */

/** A person's active memberships, oldest tenant first. `is_draft`: their own draft, which never counts as a choice. */
const MEMBERSHIPS_OF = `
  CREATE FUNCTION foothold.memberships_of(p_subject text)
  RETURNS TABLE (tenant_id uuid, name text, status text, role text, is_draft boolean)
  LANGUAGE plpgsql AS $$
  DECLARE
    known record;
  BEGIN
    PERFORM set_config('app.subject', p_subject, true), set_config('app.tenant_id', '', true);
    FOR known IN
      SELECT ms.tenant_id AS id, d.subject IS NOT NULL AS draft
      FROM foothold.membership ms
      LEFT JOIN foothold.draft_owner d ON d.subject = ms.subject AND d.tenant_id = ms.tenant_id
      WHERE ms.subject = p_subject AND ms.status = 'active'
      ORDER BY ms.tenant_id
    LOOP
      PERFORM set_config('app.tenant_id', known.id::text, true);
      RETURN QUERY
        SELECT t.tenant_id, t.name, t.status, m.role, known.draft
        FROM foothold.tenant t
        JOIN foothold.member m ON m.tenant_id = t.tenant_id AND m.subject = p_subject AND m.status = 'active'
        WHERE t.tenant_id = known.id;
    END LOOP;
  END $$`;

/**
 * The person's own draft: the given tenant if they have none yet. No row: they have a tenant by now. A person's requests
 * queue on the lock, and only then look: the draft that one of them made may have become an active tenant before another
 * is here, and that would make a second one. All rows come from one statement, because foreign keys are checked at its
 * end.
 */
const OPEN_DRAFT = `
  CREATE FUNCTION foothold.open_draft(p_tenant uuid, p_subject text, p_name text, p_now timestamptz)
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
    )
    INSERT INTO foothold.membership (subject, tenant_id, role, status)
    SELECT won.subject, won.tenant_id, 'owner', 'active' FROM won;
    RETURN QUERY SELECT d.tenant_id FROM foothold.draft_owner d WHERE d.subject = p_subject;
  END $$`;

/**
 * The tenant of an organisation, with the person as its member from now on; whoever joins leaves an entry in its audit log
 * and is mirrored. An organisation login does not undo a removal: `membership` is 'removed' then. It is 'erased' for whoever
 * was erased from the tenant and logged in before that, and null for a stranger to a closed tenant, which nobody joins. No
 * row: no tenant belongs to the organisation.
 *
 * Later migrations make some of what it writes to; nobody calls it before all of them have run.
 */
const JOIN_ORGANIZATION = `
  CREATE FUNCTION foothold.join_organization(
    p_organization text, p_subject text, p_audit uuid, p_now timestamptz, p_person text, p_issued timestamptz)
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
    INSERT INTO foothold.audit (tenant_id, audit_id, actor, action, subject, detail, recorded_at)
      SELECT joined.tenant_id, p_audit, joined.subject, 'member_joined', joined.subject,
        jsonb_build_object('organizationId', p_organization, 'role', joined.role), p_now
      FROM joined;
    RETURN QUERY
      SELECT t.tenant_id, t.status, m.status FROM foothold.tenant t
      LEFT JOIN foothold.member m ON m.tenant_id = t.tenant_id AND m.subject = p_subject
      WHERE t.tenant_id = target;
  END $$`;

const SIGNATURES = [
  'memberships_of(text)',
  'open_draft(uuid, text, text, timestamptz)',
  'join_organization(text, text, uuid, timestamptz, text, timestamptz)',
];

export class CreateDirectoryFunctions1795349000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const definition of [MEMBERSHIPS_OF, OPEN_DRAFT, JOIN_ORGANIZATION]) await runner.query(definition);
    for (const signature of SIGNATURES) {
      await runner.query(`REVOKE ALL ON FUNCTION foothold.${signature} FROM PUBLIC`);
      await runner.query(`GRANT EXECUTE ON FUNCTION foothold.${signature} TO foothold_app`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const signature of SIGNATURES.toReversed()) await runner.query(`DROP FUNCTION foothold.${signature}`);
  }
}

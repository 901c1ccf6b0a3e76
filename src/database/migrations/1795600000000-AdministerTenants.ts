import type { MigrationInterface, QueryRunner } from 'typeorm';
import { JOIN_ORGANIZATION as JOIN_ORGANIZATION_BEFORE } from './1795349000000-CreateDirectoryFunctions.js';

const INVITATION = `
  CREATE TABLE foothold.invitation (
    tenant_id uuid NOT NULL,
    invitation_id uuid NOT NULL,
    token_hash text NOT NULL,
    role text NOT NULL,
    reason text,
    invited_by text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    accepted_by text,
    accepted_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT invitation_pk PRIMARY KEY (tenant_id, invitation_id),
    CONSTRAINT invitation_role_known CHECK (role IN ('owner', 'admin', 'member')),
    CONSTRAINT invitation_ends_once CHECK (accepted_at IS NULL OR revoked_at IS NULL),
    CONSTRAINT invitation_accepted_by_somebody CHECK ((accepted_at IS NULL) = (accepted_by IS NULL)))`;

const INVITATION_OF_TENANT = `
  ALTER TABLE foothold.invitation ADD CONSTRAINT invitation_of_tenant
    FOREIGN KEY (tenant_id) REFERENCES foothold.tenant (tenant_id) ON DELETE CASCADE`;

const OWN_INVITATIONS = [
  'ALTER TABLE foothold.invitation ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE foothold.invitation FORCE ROW LEVEL SECURITY',
  `CREATE POLICY invitation_own ON foothold.invitation
     USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`,
];

/** A list of all tenants tells their organisations, too. */
const ORGANIZATIONS_OF_ALL = `CREATE POLICY organization_worker ON foothold.organization TO foothold_worker USING (true)`;

const COLUMNS = [
  ['tenant', 'closed_at', 'timestamptz'],
  ['audit', 'subject', 'text'],
  ['audit', 'reason', 'text'],
] as const;

/** The newest page of a long log is read without the rest of it; an organisation is looked up by its tenant, too. */
const INDEXES = [
  'CREATE INDEX audit_by_time ON foothold.audit (tenant_id, recorded_at, audit_id)',
  'ALTER TABLE foothold.organization ADD CONSTRAINT organization_of_one_tenant UNIQUE (tenant_id)',
];

const GRANTS = [
  'GRANT SELECT, INSERT, UPDATE ON foothold.invitation TO foothold_app',
  'GRANT DELETE ON foothold.organization TO foothold_app',
  'GRANT SELECT ON foothold.organization TO foothold_worker',
];

/**
 * As before, and: nobody joins a closed tenant, and whoever joins leaves an entry in its audit log and is mirrored.
 * `membership` is 'removed' for somebody who was removed, and null for a stranger to a closed tenant.
 */
export const JOIN_ORGANIZATION = `
  CREATE FUNCTION foothold.join_organization(p_organization text, p_subject text, p_audit uuid, p_now timestamptz)
  RETURNS TABLE (tenant_id uuid, tenant_status text, membership text)
  LANGUAGE plpgsql AS $$
  DECLARE
    target uuid;
  BEGIN
    PERFORM set_config('app.organization_id', p_organization, true), set_config('app.subject', p_subject, true);
    SELECT o.tenant_id INTO target FROM foothold.organization o WHERE o.organization_id = p_organization;
    IF NOT FOUND THEN RETURN; END IF;
    PERFORM set_config('app.tenant_id', target::text, true);
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

const BEFORE = 'join_organization(text, text, timestamptz)';
const NOW = 'join_organization(text, text, uuid, timestamptz)';

const callableByTheService = (signature: string): string[] => [
  `REVOKE ALL ON FUNCTION foothold.${signature} FROM PUBLIC`,
  `GRANT EXECUTE ON FUNCTION foothold.${signature} TO foothold_app`,
];

/** Invitations, closing, who was meant and why in the audit log, and one organisation per tenant. */
export class AdministerTenants1795600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const columns = COLUMNS.map(([table, name, type]) => `ALTER TABLE foothold.${table} ADD COLUMN ${name} ${type}`);
    const joining = [`DROP FUNCTION foothold.${BEFORE}`, JOIN_ORGANIZATION, ...callableByTheService(NOW)];
    const tables = [INVITATION, INVITATION_OF_TENANT, ...columns, ...INDEXES];
    const access = [...OWN_INVITATIONS, ORGANIZATIONS_OF_ALL, ...GRANTS];
    for (const statement of [...tables, ...access, ...joining]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    const joining = [`DROP FUNCTION foothold.${NOW}`, JOIN_ORGANIZATION_BEFORE, ...callableByTheService(BEFORE)];
    const columns = COLUMNS.map(([table, name]) => `ALTER TABLE foothold.${table} DROP COLUMN ${name}`);
    const tables = [
      'REVOKE SELECT ON foothold.organization FROM foothold_worker',
      'REVOKE DELETE ON foothold.organization FROM foothold_app',
      'DROP POLICY organization_worker ON foothold.organization',
      'ALTER TABLE foothold.organization DROP CONSTRAINT organization_of_one_tenant',
      'DROP INDEX foothold.audit_by_time',
      ...columns,
      'DROP TABLE foothold.invitation',
    ];
    for (const statement of [...joining, ...tables]) await runner.query(statement);
  }
}

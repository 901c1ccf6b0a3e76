import type { MigrationInterface, QueryRunner } from 'typeorm';

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

/** Invitations, closing, who was meant and why in the audit log, and one organisation per tenant. */
export class AdministerTenants1795600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const columns = COLUMNS.map(([table, name, type]) => `ALTER TABLE foothold.${table} ADD COLUMN ${name} ${type}`);
    const tables = [INVITATION, INVITATION_OF_TENANT, ...columns, ...INDEXES];
    const access = [...OWN_INVITATIONS, ORGANIZATIONS_OF_ALL, ...GRANTS];
    for (const statement of [...tables, ...access]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
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
    for (const statement of tables) await runner.query(statement);
  }
}

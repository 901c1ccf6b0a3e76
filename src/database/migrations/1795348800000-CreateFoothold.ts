import type { MigrationInterface, QueryRunner } from 'typeorm';

const TENANT_OWNED = [
  'tenant',
  'member',
  'onboarding_progress',
  'onboarding_history',
  'operation',
  'attestation',
  'auth0_mirror',
  'auth0_mirror_tenant',
  'audit',
];

const ROLES = ['foothold_app', 'foothold_worker', 'foothold_erase'];

/** Order matters: tables, then their foreign keys in statements of their own, then who may see and do what. */
export class CreateFoothold1795348800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const role of ROLES) await runner.query(createRole(role));
    for (const statement of [...TABLES, GENERATED_COLUMN, ...FOREIGN_KEYS, ...POLICIES(), ...GRANTS])
      await runner.query(statement);
  }

  /** Roles belong to the cluster, not to this database, and other databases may use them: they stay. */
  async down(runner: QueryRunner): Promise<void> {
    for (const table of [...TENANT_OWNED.toReversed(), 'membership', 'organization', 'draft_owner']) {
      await runner.query(`DROP TABLE foothold.${table} CASCADE`);
    }
    await runner.query(`DELETE FROM foothold.typeorm_metadata WHERE "table" = 'onboarding_progress'`);
    await runner.query('DROP TABLE foothold.flow_version');
    await runner.query('DROP TABLE foothold.dataset');
  }
}

/** NOINHERIT: what `foothold_app` may become for one transaction (SET LOCAL ROLE), it is not all the time. */
const createRole = (role: string): string => `
  DO $$ BEGIN
    CREATE ROLE ${role} NOLOGIN NOINHERIT NOBYPASSRLS;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
  END $$`;

const TABLES = [
  `CREATE TABLE foothold.dataset (
    singleton boolean NOT NULL DEFAULT true,
    lineage uuid NOT NULL,
    system_identifier text NOT NULL,
    timeline integer NOT NULL,
    CONSTRAINT dataset_pk PRIMARY KEY (singleton),
    CONSTRAINT dataset_single_row CHECK (singleton))`,
  `CREATE TABLE foothold.flow_version (
    flow_key text NOT NULL,
    version integer NOT NULL,
    definition jsonb NOT NULL,
    status text NOT NULL,
    checksum text NOT NULL,
    CONSTRAINT flow_version_pk PRIMARY KEY (flow_key, version),
    CONSTRAINT flow_version_status_known CHECK (status IN ('draft', 'published', 'retired')))`,
  `CREATE TABLE foothold.tenant (
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    status text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT tenant_pk PRIMARY KEY (tenant_id),
    CONSTRAINT tenant_status_known CHECK (status IN ('draft', 'active', 'closed', 'archived')))`,
  `CREATE TABLE foothold.member (
    tenant_id uuid NOT NULL,
    subject text NOT NULL,
    role text NOT NULL,
    status text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT member_pk PRIMARY KEY (tenant_id, subject),
    CONSTRAINT member_subject_length CHECK (length(subject) BETWEEN 1 AND 255),
    CONSTRAINT member_role_known CHECK (role IN ('owner', 'admin', 'member')),
    CONSTRAINT member_status_known CHECK (status IN ('active', 'removed', 'erased')))`,
  `CREATE TABLE foothold.membership (
    subject text NOT NULL,
    tenant_id uuid NOT NULL,
    role text NOT NULL,
    status text NOT NULL,
    CONSTRAINT membership_pk PRIMARY KEY (subject, tenant_id),
    CONSTRAINT membership_role_known CHECK (role IN ('owner', 'admin', 'member')),
    CONSTRAINT membership_status_known CHECK (status IN ('active', 'removed')))`,
  `CREATE TABLE foothold.organization (
    organization_id text NOT NULL,
    tenant_id uuid NOT NULL,
    CONSTRAINT organization_pk PRIMARY KEY (organization_id))`,
  `CREATE TABLE foothold.draft_owner (
    subject text NOT NULL,
    tenant_id uuid NOT NULL,
    CONSTRAINT draft_owner_pk PRIMARY KEY (subject))`,
  // Room in each page lets an update stay on it, without touching the index.
  `CREATE TABLE foothold.onboarding_progress (
    tenant_id uuid NOT NULL,
    flow_key text NOT NULL,
    subject text NOT NULL,
    member text GENERATED ALWAYS AS (NULLIF(subject, ''::text)) STORED,
    flow_version integer NOT NULL,
    steps jsonb NOT NULL,
    data jsonb NOT NULL,
    revision integer NOT NULL,
    started_at timestamptz,
    updated_at timestamptz NOT NULL,
    CONSTRAINT onboarding_progress_pk PRIMARY KEY (tenant_id, flow_key, subject),
    CONSTRAINT progress_revision_counts CHECK (revision >= 0),
    CONSTRAINT progress_is_an_object CHECK (jsonb_typeof(steps) = 'object' AND jsonb_typeof(data) = 'object')
  ) WITH (fillfactor = 80)`,
  `CREATE TABLE foothold.onboarding_history (
    tenant_id uuid NOT NULL,
    flow_key text NOT NULL,
    subject text NOT NULL,
    revision integer NOT NULL,
    other_revision integer NOT NULL,
    flow_version integer NOT NULL,
    action text NOT NULL,
    step text NOT NULL,
    effects jsonb NOT NULL,
    actor text NOT NULL,
    actor_kind text NOT NULL,
    reason text,
    operation_key text,
    client_time timestamptz,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT onboarding_history_pk PRIMARY KEY (tenant_id, flow_key, subject, revision),
    CONSTRAINT history_actor_kind_known
      CHECK (actor_kind IN ('member', 'admin', 'system', 'import', 'migration')))`,
  `CREATE TABLE foothold.operation (
    tenant_id uuid NOT NULL,
    actor text NOT NULL,
    key text NOT NULL,
    request_hash text NOT NULL,
    applied boolean NOT NULL,
    flow_key text NOT NULL,
    subject text NOT NULL,
    revision integer NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT operation_pk PRIMARY KEY (tenant_id, actor, key))`,
  `CREATE TABLE foothold.attestation (
    tenant_id uuid NOT NULL,
    flow_key text NOT NULL,
    event_id text NOT NULL,
    step text NOT NULL,
    subject text NOT NULL,
    outcome text NOT NULL,
    message text,
    data jsonb NOT NULL,
    applied boolean NOT NULL,
    sender text NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT attestation_pk PRIMARY KEY (tenant_id, flow_key, event_id),
    CONSTRAINT attestation_outcome_known CHECK (outcome IN ('succeeded', 'failed')))`,
  `CREATE TABLE foothold.auth0_mirror (
    tenant_id uuid NOT NULL,
    subject text NOT NULL,
    wanted integer NOT NULL,
    mirrored integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    CONSTRAINT auth0_mirror_pk PRIMARY KEY (tenant_id, subject)) WITH (fillfactor = 80)`,
  `CREATE TABLE foothold.auth0_mirror_tenant (
    tenant_id uuid NOT NULL,
    wanted integer NOT NULL,
    mirrored integer NOT NULL DEFAULT 0,
    cursor text,
    due_at timestamptz NOT NULL,
    CONSTRAINT auth0_mirror_tenant_pk PRIMARY KEY (tenant_id)) WITH (fillfactor = 80)`,
  `CREATE TABLE foothold.audit (
    tenant_id uuid NOT NULL,
    audit_id uuid NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    detail jsonb NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT audit_pk PRIMARY KEY (tenant_id, audit_id))`,
];

/** TypeORM remembers the expressions of generated columns in a table of its own; the drift check compares with it. */
const GENERATED_COLUMN = `
  INSERT INTO foothold.typeorm_metadata (database, schema, "table", type, name, value)
  VALUES (current_database(), 'foothold', 'onboarding_progress', 'GENERATED_COLUMN', 'member', 'NULLIF(subject, ''''::text)')`;

const foreignKey = (table: string, name: string, columns: string, target: string): string =>
  `ALTER TABLE foothold.${table} ADD CONSTRAINT ${name} FOREIGN KEY (${columns}) REFERENCES foothold.${target} ON DELETE CASCADE`;

const FOREIGN_KEYS = [
  foreignKey('member', 'member_of_tenant', 'tenant_id', 'tenant (tenant_id)'),
  foreignKey('membership', 'membership_of_tenant', 'tenant_id', 'tenant (tenant_id)'),
  foreignKey('organization', 'organization_of_tenant', 'tenant_id', 'tenant (tenant_id)'),
  foreignKey('draft_owner', 'draft_owner_of_tenant', 'tenant_id', 'tenant (tenant_id)'),
  foreignKey('onboarding_progress', 'progress_of_tenant', 'tenant_id', 'tenant (tenant_id)'),
  foreignKey('onboarding_progress', 'progress_of_member', 'tenant_id, member', 'member (tenant_id, subject)'),
  ...[
    ['onboarding_history', 'history_of_progress'],
    ['operation', 'operation_of_progress'],
    ['attestation', 'attestation_of_progress'],
  ].map(([table, name]) =>
    foreignKey(
      table as string,
      name as string,
      'tenant_id, flow_key, subject',
      'onboarding_progress (tenant_id, flow_key, subject)',
    ),
  ),
  foreignKey('auth0_mirror', 'mirror_of_member', 'tenant_id, subject', 'member (tenant_id, subject)'),
  foreignKey('auth0_mirror_tenant', 'mirror_of_tenant', 'tenant_id', 'tenant (tenant_id)'),
  foreignKey('audit', 'audit_of_tenant', 'tenant_id', 'tenant (tenant_id)'),
];

/** After a transaction that set it, an unset setting reads '' and not NULL: hence `nullif`. */
const OWN_TENANT = `tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid`;
const OWN_SUBJECT = `subject = nullif(current_setting('app.subject', true), '')`;
const OWN_ORGANIZATION = `organization_id = nullif(current_setting('app.organization_id', true), '')`;

function forced(table: string, condition: string): string[] {
  return [
    `ALTER TABLE foothold.${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE foothold.${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY ${table}_own ON foothold.${table} USING (${condition})`,
  ];
}

const POLICIES = (): string[] => [
  ...TENANT_OWNED.flatMap((table) => forced(table, OWN_TENANT)),
  ...forced('membership', `${OWN_SUBJECT} OR ${OWN_TENANT}`),
  ...forced('draft_owner', `${OWN_SUBJECT} OR ${OWN_TENANT}`),
  ...forced('organization', `${OWN_ORGANIZATION} OR ${OWN_TENANT}`),
  // Named cross-tenant reads: verification and purging of old operations.
  ...['tenant', 'onboarding_progress', 'onboarding_history', 'operation'].map(
    (table) => `CREATE POLICY ${table}_worker ON foothold.${table} TO foothold_worker USING (true)`,
  ),
];

const grant = (role: string, privileges: string, ...tables: string[]): string =>
  `GRANT ${privileges} ON ${tables.map((table) => `foothold.${table}`).join(', ')} TO ${role}`;

const GRANTS = [
  'GRANT USAGE ON SCHEMA foothold TO foothold_app, foothold_worker, foothold_erase',
  grant('foothold_app', 'SELECT', 'migrations'),
  grant('foothold_app', 'SELECT, INSERT', 'flow_version', 'organization', 'onboarding_history', 'operation'),
  grant('foothold_app', 'SELECT, INSERT', 'attestation', 'audit'),
  grant('foothold_app', 'SELECT, INSERT, UPDATE', 'dataset', 'tenant', 'member', 'membership'),
  grant('foothold_app', 'SELECT, INSERT, UPDATE', 'onboarding_progress', 'auth0_mirror', 'auth0_mirror_tenant'),
  grant('foothold_app', 'SELECT, INSERT, DELETE', 'draft_owner'),
  grant('foothold_worker', 'SELECT', 'tenant', 'onboarding_progress', 'onboarding_history', 'operation'),
  grant('foothold_worker', 'DELETE', 'operation'),
  'GRANT foothold_worker TO foothold_app',
  // A server-side end to what a client forgot; by role, so that it also holds behind a pooler.
  `ALTER ROLE foothold_app SET statement_timeout = '5s'`,
  `ALTER ROLE foothold_app SET lock_timeout = '3s'`,
  `ALTER ROLE foothold_app SET idle_in_transaction_session_timeout = '10s'`,
  // What a request asks for is found by key, whatever the values are and however small a table was when its plan was made.
  // Planning anew costs more than the look-up (228 µs against 113), and a scan that was planned on an empty table stays.
  `ALTER ROLE foothold_app SET plan_cache_mode = 'force_generic_plan'`,
  `ALTER ROLE foothold_app SET enable_seqscan = 'off'`,
];

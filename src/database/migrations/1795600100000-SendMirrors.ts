import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One subcommand per statement, as everywhere. */
const NEW_COLUMNS: ReadonlyArray<readonly [table: string, name: string, type: string]> = [
  ['auth0_mirror', 'mirrored_tenant', 'integer NOT NULL DEFAULT 0'],
  ['auth0_mirror', 'leased_until', 'timestamptz'],
  ['auth0_mirror', 'attempts', 'integer NOT NULL DEFAULT 0'],
  ['auth0_mirror', 'last_error', 'text'],
  ['auth0_mirror', 'parked', 'text'],
  ['auth0_mirror', 'doubtful', 'boolean NOT NULL DEFAULT false'],
  ['auth0_mirror', 'mirrored_at', 'timestamptz'],
  ['auth0_mirror', 'lineage', 'uuid'],
  ['auth0_mirror', 'pending_check', 'text'],
  ['auth0_mirror', 'checked_at', 'timestamptz'],
  ['auth0_mirror', 'drift', 'text'],
  ['auth0_mirror', 'seen_at', 'timestamptz NOT NULL DEFAULT now()'],
  ['auth0_mirror_tenant', 'paging', 'integer'],
];

const QUEUES = ['auth0_mirror', 'auth0_mirror_tenant'];

/*
 * The index of a queue must not cost the transition that marks: `due_at` changes only when nothing was due before, so
 * the later marks of the same mirror stay on their page (HOT). An index on `wanted > mirrored` would be written by each.
 */
const dueIndex = (table: string): string =>
  `CREATE INDEX ${table}_due ON foothold.${table} (tenant_id, due_at) WHERE due_at IS NOT NULL`;

const TABLES = [
  `CREATE TABLE foothold.auth0_budget (
    bucket text NOT NULL,
    full_at double precision NOT NULL,
    CONSTRAINT auth0_budget_pk PRIMARY KEY (bucket))`,
  `CREATE TABLE foothold.auth0_process (
    process_id uuid NOT NULL,
    seen_at timestamptz NOT NULL,
    CONSTRAINT auth0_process_pk PRIMARY KEY (process_id))`,
  // Without a foreign key: the tenant may be what was lost.
  `CREATE TABLE foothold.mirror_case (
    subject text NOT NULL,
    tenant_id uuid NOT NULL,
    case_id uuid NOT NULL,
    status text NOT NULL,
    found jsonb NOT NULL,
    raised_at timestamptz NOT NULL,
    resolved_at timestamptz,
    resolved_by text,
    reason text,
    CONSTRAINT mirror_case_pk PRIMARY KEY (subject, tenant_id),
    CONSTRAINT mirror_case_status_known CHECK (status IN ('open', 'restored', 'started_over')))`,
];

const CHECKS = [
  `ALTER TABLE foothold.auth0_mirror ADD CONSTRAINT auth0_mirror_pending_check_known
    CHECK (pending_check IN ('compare', 'repair'))`,
  `ALTER TABLE foothold.auth0_mirror ADD CONSTRAINT auth0_mirror_drift_known
    CHECK (drift IN ('missing', 'behind', 'ahead', 'not_ours'))`,
];

/** Where the database has met a person: memberships of any status (status null), and cases. */
const TRACES_OF = `
  CREATE FUNCTION foothold.mirror_traces_of(p_subject text)
  RETURNS TABLE (tenant_id uuid, status text)
  LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM set_config('app.subject', p_subject, true), set_config('app.tenant_id', '', true);
    RETURN QUERY
      SELECT m.tenant_id, NULL FROM foothold.membership m WHERE m.subject = p_subject
      UNION ALL SELECT c.tenant_id, c.status FROM foothold.mirror_case c WHERE c.subject = p_subject;
  END $$`;

const OWN_OR_TENANT = `subject = nullif(current_setting('app.subject', true), '')
    OR tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid`;

const ACCESS = [
  'ALTER TABLE foothold.mirror_case ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE foothold.mirror_case FORCE ROW LEVEL SECURITY',
  `CREATE POLICY mirror_case_own ON foothold.mirror_case USING (${OWN_OR_TENANT})`,
  ...QUEUES.map((table) => `CREATE POLICY ${table}_worker ON foothold.${table} TO foothold_worker USING (true)`),
  'GRANT SELECT ON foothold.auth0_mirror, foothold.auth0_mirror_tenant TO foothold_worker',
  'GRANT SELECT, INSERT, UPDATE ON foothold.auth0_budget, foothold.mirror_case TO foothold_app',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON foothold.auth0_process TO foothold_app',
  TRACES_OF,
  'REVOKE ALL ON FUNCTION foothold.mirror_traces_of(text) FROM PUBLIC',
  'GRANT EXECUTE ON FUNCTION foothold.mirror_traces_of(text) TO foothold_app',
];

/** What the worker that sends mirrors needs: leases, failures, checks, one rate budget, and cases. */
export class SendMirrors1795600100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [table, name, type] of NEW_COLUMNS) {
      await runner.query(`ALTER TABLE foothold.${table} ADD COLUMN ${name} ${type}`);
    }
    for (const table of QUEUES) {
      await runner.query(`ALTER TABLE foothold.${table} ALTER COLUMN due_at DROP NOT NULL`);
      await runner.query(dueIndex(table));
    }
    for (const statement of [...TABLES, ...CHECKS, ...ACCESS]) await runner.query(statement);
  }

  /** What is mirrored already becomes due once more: the older form has no "nothing is due". */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION foothold.mirror_traces_of(text)');
    for (const table of ['mirror_case', 'auth0_process', 'auth0_budget']) {
      await runner.query(`DROP TABLE foothold.${table}`);
    }
    await runner.query('REVOKE ALL ON foothold.auth0_mirror, foothold.auth0_mirror_tenant FROM foothold_worker');
    for (const table of QUEUES) {
      await runner.query(`DROP POLICY ${table}_worker ON foothold.${table}`);
      await runner.query(`DROP INDEX foothold.${table}_due`);
      // The owner sees no tenant's rows; the default of a new column reaches all of them.
      await runner.query(`ALTER TABLE foothold.${table} DROP COLUMN due_at`);
      await runner.query(`ALTER TABLE foothold.${table} ADD COLUMN due_at timestamptz NOT NULL DEFAULT now()`);
      await runner.query(`ALTER TABLE foothold.${table} ALTER COLUMN due_at DROP DEFAULT`);
    }
    for (const [table, name] of NEW_COLUMNS.toReversed()) {
      await runner.query(`ALTER TABLE foothold.${table} DROP COLUMN ${name}`);
    }
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = [
  `CREATE TABLE foothold.job_worker (
    worker_id text NOT NULL,
    seen_at timestamptz NOT NULL,
    CONSTRAINT job_worker_pk PRIMARY KEY (worker_id))`,
  `CREATE TABLE foothold.bulk_job (
    tenant_id uuid NOT NULL,
    job_id uuid NOT NULL,
    flow_key text NOT NULL,
    people jsonb NOT NULL,
    step text NOT NULL,
    action text NOT NULL,
    reason text NOT NULL,
    dry_run boolean NOT NULL,
    undoes uuid,
    status text NOT NULL,
    cursor text NOT NULL DEFAULT '',
    examined integer NOT NULL DEFAULT 0,
    last_error text,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT bulk_job_pk PRIMARY KEY (tenant_id, job_id),
    CONSTRAINT bulk_job_undone_once UNIQUE (tenant_id, undoes),
    CONSTRAINT bulk_job_status_known CHECK (status IN ('queued', 'running', 'completed', 'cancelled', 'failed')))`,
  `CREATE TABLE foothold.bulk_item (
    tenant_id uuid NOT NULL,
    job_id uuid NOT NULL,
    subject text NOT NULL,
    outcome text NOT NULL,
    why text,
    revision integer,
    CONSTRAINT bulk_item_pk PRIMARY KEY (tenant_id, job_id, subject),
    CONSTRAINT bulk_item_outcome_known CHECK (outcome IN ('applied', 'no_op', 'refused', 'moved_since')))`,
];

const FOREIGN_KEYS = [
  `ALTER TABLE foothold.bulk_job ADD CONSTRAINT bulk_job_of_tenant
    FOREIGN KEY (tenant_id) REFERENCES foothold.tenant (tenant_id) ON DELETE CASCADE`,
  `ALTER TABLE foothold.bulk_item ADD CONSTRAINT bulk_item_of_job
    FOREIGN KEY (tenant_id, job_id) REFERENCES foothold.bulk_job (tenant_id, job_id) ON DELETE CASCADE`,
];

const ACCESS = [
  ...['bulk_job', 'bulk_item'].flatMap((table) => [
    `ALTER TABLE foothold.${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE foothold.${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY ${table}_own ON foothold.${table}
      USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`,
    `GRANT SELECT, UPDATE ON foothold.${table} TO foothold_erase`,
  ]),
  'GRANT SELECT, INSERT, UPDATE ON foothold.bulk_job TO foothold_app',
  'GRANT SELECT, INSERT ON foothold.bulk_item TO foothold_app',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON foothold.job_worker TO foothold_app',
];

/** Admins move many people at once, in the background: what was asked, and what became of each. */
export class RunBulkJobs1795600400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...TABLES, ...FOREIGN_KEYS, ...ACCESS]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['bulk_item', 'bulk_job', 'job_worker']) await runner.query(`DROP TABLE foothold.${table}`);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/*
 * The mark that consumers of changes look for. A part is due while `revision <> delivered`, which a transition makes so
 * without writing anything for it; the index holds only what is due. What is there already is due from its beginning.
 */
const MARK = [
  'ALTER TABLE foothold.onboarding_progress ADD COLUMN delivered integer NOT NULL DEFAULT -1',
  `CREATE INDEX progress_undelivered ON foothold.onboarding_progress (tenant_id) WHERE revision <> delivered`,
  // Unknown of what is there already. In two statements, or it would seem to have been opened now.
  'ALTER TABLE foothold.onboarding_progress ADD COLUMN opened_at timestamptz',
  'ALTER TABLE foothold.onboarding_progress ALTER COLUMN opened_at SET DEFAULT now()',
];

const TABLES = [
  `CREATE TABLE foothold.onboarding_position (
    tenant_id uuid NOT NULL,
    flow_key text NOT NULL,
    subject text NOT NULL,
    status text NOT NULL,
    step text,
    since timestamptz NOT NULL,
    revision integer NOT NULL,
    shared_revision integer NOT NULL,
    folded jsonb NOT NULL,
    following text,
    CONSTRAINT onboarding_position_pk PRIMARY KEY (tenant_id, flow_key, subject),
    CONSTRAINT position_status_known CHECK (status IN ('not_started', 'in_progress', 'completed')),
    CONSTRAINT position_completed_at_no_step CHECK ((status = 'completed') = (step IS NULL)))`,
  'CREATE INDEX position_by_status ON foothold.onboarding_position (tenant_id, flow_key, status, since, subject)',
  'CREATE INDEX position_by_step ON foothold.onboarding_position (tenant_id, flow_key, step, since, subject)',
  `CREATE INDEX position_unfinished ON foothold.onboarding_position (tenant_id, flow_key, since, subject)
    WHERE step IS NOT NULL`,
  `CREATE INDEX position_following ON foothold.onboarding_position (tenant_id, flow_key) WHERE following IS NOT NULL`,
  `CREATE TABLE foothold.onboarding_funnel (
    tenant_id uuid NOT NULL,
    flow_key text NOT NULL,
    day date NOT NULL,
    step text NOT NULL,
    outcome text NOT NULL,
    bucket smallint NOT NULL,
    parts integer NOT NULL,
    CONSTRAINT onboarding_funnel_pk PRIMARY KEY (tenant_id, flow_key, day, step, outcome, bucket)
  ) WITH (fillfactor = 80)`,
  `CREATE TABLE foothold.rollup_claim (
    tenant_id uuid NOT NULL,
    CONSTRAINT rollup_claim_pk PRIMARY KEY (tenant_id))`,
];

const FOREIGN_KEYS = [
  `ALTER TABLE foothold.onboarding_position ADD CONSTRAINT position_of_progress
    FOREIGN KEY (tenant_id, flow_key, subject)
    REFERENCES foothold.onboarding_progress (tenant_id, flow_key, subject) ON DELETE CASCADE`,
  `ALTER TABLE foothold.onboarding_funnel ADD CONSTRAINT funnel_of_tenant
    FOREIGN KEY (tenant_id) REFERENCES foothold.tenant (tenant_id) ON DELETE CASCADE`,
  `ALTER TABLE foothold.rollup_claim ADD CONSTRAINT rollup_claim_of_tenant
    FOREIGN KEY (tenant_id) REFERENCES foothold.tenant (tenant_id) ON DELETE CASCADE`,
];

const NEW_TABLES = ['onboarding_position', 'onboarding_funnel', 'rollup_claim'];
/** Read over all tenants: who has work, and the funnel of the platform. */
const READ_BY_WORKER = ['onboarding_position', 'onboarding_funnel'];

const ACCESS = [
  ...NEW_TABLES.flatMap((table) => [
    `ALTER TABLE foothold.${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE foothold.${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY ${table}_own ON foothold.${table}
      USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`,
  ]),
  ...READ_BY_WORKER.flatMap((table) => [
    `CREATE POLICY ${table}_worker ON foothold.${table} TO foothold_worker USING (true)`,
    `GRANT SELECT ON foothold.${table} TO foothold_worker`,
  ]),
  'GRANT SELECT, INSERT, UPDATE ON foothold.onboarding_position, foothold.rollup_claim TO foothold_app',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON foothold.onboarding_funnel TO foothold_app',
];

/** Where people stand, and how many got how far: kept beside progress, so that nobody who asks scans it. */
export class RollUpProgress1795600200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...MARK, ...TABLES, ...FOREIGN_KEYS, ...ACCESS]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of NEW_TABLES.toReversed()) await runner.query(`DROP TABLE foothold.${table}`);
    await runner.query('DROP INDEX foothold.progress_undelivered');
    for (const column of ['opened_at', 'delivered']) {
      await runner.query(`ALTER TABLE foothold.onboarding_progress DROP COLUMN ${column}`);
    }
  }
}

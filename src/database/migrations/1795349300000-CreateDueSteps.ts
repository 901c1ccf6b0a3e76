import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Not in one statement with the table: Citus adds foreign keys last. */
const UP = [
  `CREATE TABLE foothold.due_step (
    tenant_id uuid NOT NULL,
    flow_key text NOT NULL,
    subject text NOT NULL,
    step text NOT NULL,
    due_since timestamptz NOT NULL,
    CONSTRAINT due_step_pk PRIMARY KEY (tenant_id, flow_key, subject, step))`,
  `ALTER TABLE foothold.due_step ADD CONSTRAINT due_step_of_progress FOREIGN KEY (tenant_id, flow_key, subject)
    REFERENCES foothold.onboarding_progress (tenant_id, flow_key, subject) ON DELETE CASCADE`,
  'ALTER TABLE foothold.due_step ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE foothold.due_step FORCE ROW LEVEL SECURITY',
  `CREATE POLICY due_step_own ON foothold.due_step
    USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`,
  'CREATE POLICY due_step_worker ON foothold.due_step TO foothold_worker USING (true)',
  'GRANT SELECT, INSERT, DELETE ON foothold.due_step TO foothold_app',
  'GRANT SELECT ON foothold.due_step TO foothold_worker',
];

export class CreateDueSteps1795349300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE foothold.due_step');
  }
}

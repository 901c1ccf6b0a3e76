import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATEMENTS = [
  `CREATE TABLE foothold.audit_count (
    tenant_id uuid NOT NULL,
    audit_id uuid NOT NULL,
    times integer NOT NULL,
    last_at timestamptz NOT NULL,
    CONSTRAINT audit_count_pk PRIMARY KEY (tenant_id, audit_id),
    CONSTRAINT audit_count_of_entry FOREIGN KEY (tenant_id, audit_id)
      REFERENCES foothold.audit (tenant_id, audit_id) ON DELETE CASCADE)`,
  'ALTER TABLE foothold.audit_count ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE foothold.audit_count FORCE ROW LEVEL SECURITY',
  `CREATE POLICY audit_count_own ON foothold.audit_count
    USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`,
  'GRANT SELECT, INSERT, UPDATE ON foothold.audit_count TO foothold_app',
];

/** Repetitions are counted beside the audit log, which stays append-only. */
export class CountAuditEntries1796069200001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE foothold.audit_count');
  }
}

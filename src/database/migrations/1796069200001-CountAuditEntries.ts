import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createPolicy } from './gently.js';

const TABLE = `
  CREATE TABLE IF NOT EXISTS foothold.audit_count (
    tenant_id uuid NOT NULL,
    audit_id uuid NOT NULL,
    times integer NOT NULL,
    last_at timestamptz NOT NULL,
    CONSTRAINT audit_count_pk PRIMARY KEY (tenant_id, audit_id),
    CONSTRAINT audit_count_of_entry FOREIGN KEY (tenant_id, audit_id)
      REFERENCES foothold.audit (tenant_id, audit_id) ON DELETE CASCADE)`;
const OWN_TENANT = `USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`;

/** Repetitions are counted beside the audit log, which stays append-only. */
export class CountAuditEntries1796069200001 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLE);
    await runner.query('ALTER TABLE foothold.audit_count ENABLE ROW LEVEL SECURITY');
    await runner.query('ALTER TABLE foothold.audit_count FORCE ROW LEVEL SECURITY');
    await createPolicy(runner, 'audit_count', 'audit_count_own', OWN_TENANT);
    await runner.query('GRANT SELECT, INSERT, UPDATE ON foothold.audit_count TO foothold_app');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE foothold.audit_count');
  }
}

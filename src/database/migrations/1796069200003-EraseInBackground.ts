import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createPolicy } from './gently.js';

const TABLE = `
  CREATE TABLE IF NOT EXISTS foothold.pending_erasure (
    tenant_id uuid NOT NULL,
    job_id uuid NOT NULL,
    subject text NOT NULL,
    person text NOT NULL,
    pseudonym text NOT NULL,
    asked_by text NOT NULL,
    impersonator text,
    asked_as text NOT NULL,
    reason text,
    erased_at timestamptz NOT NULL,
    CONSTRAINT pending_erasure_pk PRIMARY KEY (tenant_id, job_id),
    CONSTRAINT pending_erasure_of_subject UNIQUE (tenant_id, subject),
    CONSTRAINT pending_erasure_of_tenant FOREIGN KEY (tenant_id) REFERENCES foothold.tenant (tenant_id) ON DELETE CASCADE)`;
const OWN_TENANT = `USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`;

/** A long history is erased by a job; what the job needs to know is forgotten with its end. */
export class EraseInBackground1796069200003 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLE);
    await runner.query('ALTER TABLE foothold.pending_erasure ENABLE ROW LEVEL SECURITY');
    await runner.query('ALTER TABLE foothold.pending_erasure FORCE ROW LEVEL SECURITY');
    await createPolicy(runner, 'pending_erasure', 'pending_erasure_own', OWN_TENANT);
    await runner.query('GRANT SELECT, INSERT, DELETE ON foothold.pending_erasure TO foothold_app');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE foothold.pending_erasure');
  }
}

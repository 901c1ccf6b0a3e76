import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createPolicy } from './gently.js';

/** Tables whose rows may name a subject that was erased, and the tombstones. */
const SEARCHED = ['erased_person', 'member', 'audit', 'mirror_case', 'bulk_job', 'bulk_item'];

/** Records that erasures may be missing after a restore, and lets the worker role find the people. */
export class ReapplyErasures1796014000006 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE foothold.dataset ADD COLUMN IF NOT EXISTS erasures_unconfirmed_since timestamptz');
    await runner.query('GRANT SELECT ON foothold.dataset TO foothold_worker');
    for (const table of SEARCHED) {
      await createPolicy(runner, table, `${table}_worker`, 'TO foothold_worker USING (true)');
      await runner.query(`GRANT SELECT ON foothold.${table} TO foothold_worker`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of SEARCHED) {
      await runner.query(`REVOKE SELECT ON foothold.${table} FROM foothold_worker`);
      await runner.query(`DROP POLICY ${table}_worker ON foothold.${table}`);
    }
    await runner.query('REVOKE SELECT ON foothold.dataset FROM foothold_worker');
    await runner.query('ALTER TABLE foothold.dataset DROP COLUMN erasures_unconfirmed_since');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Bulk jobs record in which capacity they were started, so that the standing of their admin can be proven again. */
export class RecordCapacity1796069200000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // Null where the previous build made the job.
    await runner.query('ALTER TABLE foothold.bulk_job ADD COLUMN IF NOT EXISTS created_as text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE foothold.bulk_job DROP COLUMN created_as');
  }
}

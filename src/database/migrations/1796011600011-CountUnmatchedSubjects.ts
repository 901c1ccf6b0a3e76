import type { MigrationInterface, QueryRunner } from 'typeorm';
import { replaceConstraint } from './gently.js';

const outcomes = (...known: string[]): string =>
  `CHECK (outcome IN (${known.map((outcome) => `'${outcome}'`).join(', ')}))`;

const BEFORE = ['applied', 'no_op', 'refused', 'moved_since'];

/** Bulk jobs tell what became of every named subject, also of those that are no members. */
export class CountUnmatchedSubjects1796011600011 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await replaceConstraint(runner, 'bulk_item', 'bulk_item_outcome_known', outcomes(...BEFORE, 'not_a_member'));
    // Null where the previous build made the job.
    await runner.query('ALTER TABLE foothold.bulk_job ADD COLUMN IF NOT EXISTS not_matched integer');
  }

  /** Rows with the new outcome stay, so the older constraint is not validated. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE foothold.bulk_job DROP COLUMN not_matched');
    await runner.query('ALTER TABLE foothold.bulk_item DROP CONSTRAINT bulk_item_outcome_known');
    await runner.query(
      `ALTER TABLE foothold.bulk_item ADD CONSTRAINT bulk_item_outcome_known ${outcomes(...BEFORE)} NOT VALID`,
    );
  }
}

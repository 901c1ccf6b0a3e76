import type { MigrationInterface, QueryRunner } from 'typeorm';
import { onAllRows } from './gently.js';

/*
 * Whether an invitation was made before or after a removal is told by numbers, not by the clocks of two processes: the
 * tenant counts its invitations, each keeps its number, and a removal keeps the count. Both happen under the tenant's lock.
 * A null is of a build that does not count yet; it never brings a removed member back.
 */
const COLUMNS = [
  ['tenant', 'invitations_made', 'integer NOT NULL DEFAULT 0'],
  ['invitation', 'number', 'integer'],
  ['member', 'removed_after', 'integer'],
] as const;

/** Every invitation with a number is made after this migration, so after these removals. */
const REMOVED_BEFORE = `
  UPDATE foothold.member SET removed_after = 0 WHERE status = 'removed' AND removed_after IS NULL`;

/** Lets an invitation bring back a member who was removed before it was made. */
export class NumberInvitations1796010400000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, name, type] of COLUMNS) {
      await runner.query(`ALTER TABLE foothold.${table} ADD COLUMN IF NOT EXISTS ${name} ${type}`);
    }
    await onAllRows(runner, ['member'], [REMOVED_BEFORE]);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table, name] of COLUMNS) await runner.query(`ALTER TABLE foothold.${table} DROP COLUMN ${name}`);
  }
}

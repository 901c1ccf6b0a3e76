import type { MigrationInterface, QueryRunner } from 'typeorm';

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

/** Every invitation with a number is made after this migration, so after these removals. The owner sees no row by policy. */
const REMOVED_BEFORE = [
  'ALTER TABLE foothold.member NO FORCE ROW LEVEL SECURITY',
  `UPDATE foothold.member SET removed_after = 0 WHERE status = 'removed'`,
  'ALTER TABLE foothold.member FORCE ROW LEVEL SECURITY',
];

/** Lets an invitation bring back a member who was removed before it was made. */
export class NumberInvitations1796010400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const columns = COLUMNS.map(([table, name, type]) => `ALTER TABLE foothold.${table} ADD COLUMN ${name} ${type}`);
    for (const statement of [...columns, ...REMOVED_BEFORE]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table, name] of COLUMNS) await runner.query(`ALTER TABLE foothold.${table} DROP COLUMN ${name}`);
  }
}

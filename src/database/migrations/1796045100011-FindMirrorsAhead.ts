import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex } from './gently.js';

/** What a worker looks for over all tenants: the latest times. */
const INDEXES = [
  ['auth0_mirror_latest', 'auth0_mirror', 'due_at'],
  ['auth0_mirror_leased', 'auth0_mirror', 'leased_until'],
  ['auth0_mirror_tenant_latest', 'auth0_mirror_tenant', 'due_at'],
] as const;

/** Finds the mirrors whose times come from a clock that was ahead without reading all that are due. */
export class FindMirrorsAhead1796045100011 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, table, column] of INDEXES) {
      await createIndex(runner, name, `foothold.${table} (${column}) WHERE ${column} IS NOT NULL`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [name] of INDEXES) await runner.query(`DROP INDEX foothold.${name}`);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex } from './gently.js';

/** Counts the mirrors that wait for an operator without reading those of every member. */
export class CountParkedMirrors1796083200000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await createIndex(runner, 'auth0_mirror_parked', 'foothold.auth0_mirror (tenant_id) WHERE parked IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX foothold.auth0_mirror_parked');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex, replaceConstraint } from './gently.js';

const KNOWN = 'auth0_mirror_pending_check_known';
const known = (...checks: string[]): string =>
  `CHECK (pending_check IN (${checks.map((check) => `'${check}'`).join(', ')}))`;

/*
 * Which mirror was seen longest ago, over all tenants. A transition does not write it: a mirror that is due is not in it,
 * and what it is ordered by changes when a mirror is sent or compared.
 */
const BY_AGE = 'foothold.auth0_mirror ((greatest(mirrored_at, checked_at))) WHERE due_at IS NULL AND parked IS NULL';

/** Mirrors are compared with Auth0 without a request, the one that was seen longest ago first. */
export class CheckMirrors1796020000000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await replaceConstraint(runner, 'auth0_mirror', KNOWN, known('compare', 'repair', 'background'));
    await createIndex(runner, 'auth0_mirror_by_age', BY_AGE);
  }

  /** A check under way becomes one that was asked for: the older form knows no other. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX foothold.auth0_mirror_by_age');
    for (const statement of [
      'ALTER TABLE foothold.auth0_mirror NO FORCE ROW LEVEL SECURITY',
      `UPDATE foothold.auth0_mirror SET pending_check = 'repair' WHERE pending_check = 'background'`,
      'ALTER TABLE foothold.auth0_mirror FORCE ROW LEVEL SECURITY',
      `ALTER TABLE foothold.auth0_mirror DROP CONSTRAINT ${KNOWN}`,
      `ALTER TABLE foothold.auth0_mirror ADD CONSTRAINT ${KNOWN} ${known('compare', 'repair')}`,
    ]) {
      await runner.query(statement);
    }
  }
}

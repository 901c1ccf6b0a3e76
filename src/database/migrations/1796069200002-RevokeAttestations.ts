import type { MigrationInterface, QueryRunner } from 'typeorm';
import { replaceConstraint } from './gently.js';

const outcomes = (...known: string[]): string =>
  `CHECK (outcome IN (${known.map((outcome) => `'${outcome}'`).join(', ')}))`;

const BEFORE = ['succeeded', 'failed'];

/** Trusted systems take back a success that they attested, such as a payment that they refunded. */
export class RevokeAttestations1796069200002 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await replaceConstraint(runner, 'attestation', 'attestation_outcome_known', outcomes(...BEFORE, 'revoked'));
    await runner.query('ALTER TABLE foothold.attestation ADD COLUMN IF NOT EXISTS revokes text');
  }

  /** Rows with the new outcome stay, so the older constraint is not validated. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE foothold.attestation DROP COLUMN revokes');
    await runner.query('ALTER TABLE foothold.attestation DROP CONSTRAINT attestation_outcome_known');
    await runner.query(
      `ALTER TABLE foothold.attestation ADD CONSTRAINT attestation_outcome_known ${outcomes(...BEFORE)} NOT VALID`,
    );
  }
}

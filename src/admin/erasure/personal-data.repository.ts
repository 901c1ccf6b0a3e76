import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';

/** Rows as they are stored, by table: whoever takes their data along gets all of it, under the names that it has. */
export type PersonalRows = Readonly<Record<string, ReadonlyArray<Readonly<Record<string, unknown>>>>>;

/** What of a tenant's rows is about a person or was done by them. The tenant is left out of each: it is said once. */
const TABLES: ReadonlyArray<readonly [table: string, condition: string, order: string]> = [
  ['member', 'subject = $2', 'subject'],
  ['onboarding_progress', 'subject = $2', 'flow_key'],
  [
    'onboarding_history',
    `impersonator = $2 OR (subject IN ('', $2) AND (subject = $2 OR actor = $2))`,
    'flow_key, subject, revision',
  ],
  ['operation', 'actor = $2', 'created_at, key'],
  ['attestation', 'subject = $2', 'recorded_at, event_id'],
  ['due_step', 'subject = $2', 'flow_key, step'],
  ['invitation', 'invited_by = $2 OR accepted_by = $2 OR impersonator = $2', 'created_at, invitation_id'],
  ['audit', 'actor = $2 OR subject = $2 OR impersonator = $2', 'recorded_at, audit_id'],
  ['mirror_case', 'subject = $2', 'raised_at'],
  ['bulk_job', 'created_by = $2 OR impersonator = $2', 'created_at'],
  ['bulk_item', 'subject = $2', 'job_id'],
  ['auth0_mirror', 'subject = $2', 'subject'],
];

/** A one-time token is nobody's data, not even as a hash. */
const SECRETS = `- 'token_hash'`;

const ROWS = {
  name: 'personal_rows',
  text: TABLES.map(
    ([table, condition, order]) =>
      `SELECT '${table}' AS table, coalesce((SELECT json_agg(row) FROM (
         SELECT to_jsonb(t) - 'tenant_id' ${SECRETS} AS row FROM foothold.${table} t
         WHERE tenant_id = $1 AND (${condition}) ORDER BY ${order}) rows), '[]') AS rows`,
  ).join(' UNION ALL '),
};

@Injectable()
export class PersonalDataRepository {
  async rowsOf(transaction: Transaction, subject: string): Promise<PersonalRows> {
    const rows = await transaction.query<{ table: string; rows: Record<string, unknown>[] }>(ROWS, [
      transaction.tenantId,
      subject,
    ]);
    return Object.fromEntries(rows.map(({ table, rows: found }) => [table, found]));
  }
}

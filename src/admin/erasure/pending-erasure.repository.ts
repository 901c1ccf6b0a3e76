import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import type { Erased } from './erased.js';

/** What a job needs to finish an erasure. */
export interface PendingErasureRow {
  readonly job_id: string;
  readonly subject: string;
  readonly person: string;
  readonly pseudonym: string;
  readonly asked_by: string;
  readonly impersonator: string | null;
  readonly asked_as: string;
  readonly reason: string | null;
  readonly erased_at: Date;
}

const COLUMNS = 'job_id, subject, person, pseudonym, asked_by, impersonator, asked_as, reason, erased_at';

/**
 * About as many entries as there are revisions, of the person's parts and of the tenant's, which may be theirs; and what
 * they did to others, or with tokens of others, as far as it matters.
 */
const ENTRIES = {
  name: 'erasure_entries',
  text: `SELECT (
           (SELECT coalesce(sum(revision), 0) FROM foothold.onboarding_progress WHERE tenant_id = $1 AND subject IN ('', $2))
           + (SELECT count(*) FROM (SELECT FROM foothold.onboarding_history
              WHERE tenant_id = $1 AND actor = $2 AND actor_kind IN ('admin', 'import') LIMIT 2000) acted)
           + (SELECT count(*) FROM (SELECT FROM foothold.onboarding_history
              WHERE tenant_id = $1 AND impersonator = $2 LIMIT 2000) impersonated))::text AS entries`,
};
const ADD = {
  name: 'pending_erasure_add',
  text: `INSERT INTO foothold.pending_erasure (tenant_id, ${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
};
/** The person is no member any more: tokens of before are refused, and no list names them. */
const CLOSE_MEMBER = {
  name: 'pending_erasure_close_member',
  text: `UPDATE foothold.member SET status = 'erased', updated_at = $3 WHERE tenant_id = $1 AND subject = $2`,
};
const CLOSE_MEMBERSHIP = {
  name: 'pending_erasure_close_membership',
  text: `UPDATE foothold.membership SET status = 'removed' WHERE tenant_id = $1 AND subject = $2`,
};
const OF_SUBJECT = {
  name: 'pending_erasure_of_subject',
  text: `SELECT ${COLUMNS} FROM foothold.pending_erasure WHERE tenant_id = $1 AND subject = $2`,
};
const OF_JOB = {
  name: 'pending_erasure_of_job',
  text: `SELECT ${COLUMNS} FROM foothold.pending_erasure WHERE tenant_id = $1 AND job_id = $2`,
};
const REMOVE = {
  name: 'pending_erasure_remove',
  text: 'DELETE FROM foothold.pending_erasure WHERE tenant_id = $1 AND job_id = $2 RETURNING job_id',
};

/** Erasures that a job is to finish. */
@Injectable()
export class PendingErasureRepository {
  /** How much there is to rewrite, in entries of the history. */
  async entries(transaction: Transaction, subject: string): Promise<number> {
    const [row] = await transaction.query<{ entries: string }>(ENTRIES, [transaction.tenantId, subject]);
    return Number(row?.entries ?? 0);
  }

  async add(
    transaction: Transaction,
    jobId: string,
    { subject, person, pseudonym, by, erasedAt }: Erased,
    { impersonator, as, reason }: { impersonator: string | undefined; as: string; reason: string | undefined },
  ): Promise<void> {
    const { tenantId } = transaction;
    const facts = [jobId, subject, person, pseudonym, by, impersonator ?? null, as, reason ?? null, erasedAt];
    await transaction.query(ADD, [tenantId, ...facts]);
    await transaction.query(CLOSE_MEMBER, [tenantId, subject, erasedAt]);
    await transaction.query(CLOSE_MEMBERSHIP, [tenantId, subject]);
  }

  async ofSubject(transaction: Transaction, subject: string): Promise<PendingErasureRow | undefined> {
    const [row] = await transaction.query<PendingErasureRow>(OF_SUBJECT, [transaction.tenantId, subject]);
    return row;
  }

  async ofJob(transaction: Transaction, jobId: string): Promise<PendingErasureRow | undefined> {
    const [row] = await transaction.query<PendingErasureRow>(OF_JOB, [transaction.tenantId, jobId]);
    return row;
  }

  /** False when another process has finished it. */
  async remove(transaction: Transaction, jobId: string): Promise<boolean> {
    return (await transaction.query(REMOVE, [transaction.tenantId, jobId])).length > 0;
  }
}

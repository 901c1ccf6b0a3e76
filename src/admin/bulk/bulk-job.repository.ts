import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import type { Action, FlowStatus, PartState } from '../../flow/index.js';
import type { ItemOutcome, JobStatus } from './bulk-states.js';

/** Which people of the tenant; what is left out does not matter. */
export interface Where {
  readonly status?: FlowStatus;
  /** The step that they are at. */
  readonly step?: string;
  /** Unfinished, and at the same step for at least so long when the job was asked for: an ISO 8601 duration. */
  readonly stuckFor?: string;
  readonly subjects?: readonly string[];
}

export interface BulkJobRow {
  readonly job_id: string;
  readonly flow_key: string;
  readonly people: Where;
  readonly step: string;
  readonly action: Action;
  readonly reason: string;
  readonly dry_run: boolean;
  readonly undoes: string | null;
  readonly status: JobStatus;
  readonly cursor: string;
  readonly examined: number;
  readonly not_matched: number | null;
  readonly last_error: string | null;
  readonly created_by: string;
  readonly created_as: string | null;
  readonly impersonator: string | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
}

export type NewBulkJob = Pick<
  BulkJobRow,
  | 'job_id'
  | 'flow_key'
  | 'people'
  | 'step'
  | 'action'
  | 'reason'
  | 'dry_run'
  | 'undoes'
  | 'created_by'
  | 'created_as'
  | 'impersonator'
  | 'created_at'
>;

export interface BulkItemRow {
  readonly subject: string;
  readonly outcome: ItemOutcome;
  readonly why: string | null;
  readonly revision: number | null;
}

/** A member, or a named subject that is none, with their part of the flow; it is null until they open the flow. */
export interface CandidateRow {
  readonly subject: string;
  readonly is_member: boolean;
  readonly flow_version: number | null;
  readonly steps: PartState['steps'] | null;
  readonly data: PartState['data'] | null;
  /** Where the list of people has them, and since when. */
  readonly listed_step: string | null;
  readonly listed_since: Date | null;
}

export interface SharedPartRow {
  readonly flow_version: number;
  readonly steps: PartState['steps'];
  readonly data: PartState['data'];
}

const COLUMNS = `job_id, flow_key, people, step, action, reason, dry_run, undoes, status, cursor, examined, not_matched,
  last_error, created_by, created_as, impersonator, created_at, started_at, ended_at`;

const CREATE = {
  name: 'bulk_create',
  text: `INSERT INTO foothold.bulk_job
           (tenant_id, job_id, flow_key, people, step, action, reason, dry_run, undoes, status, not_matched, created_by,
            created_at, impersonator, created_as)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', 0, $10, $11, $12, $13)`,
};
const FIND = {
  name: 'bulk_find',
  text: `SELECT ${COLUMNS} FROM foothold.bulk_job WHERE tenant_id = $1 AND job_id = $2`,
};
const FIND_UNDOING = {
  name: 'bulk_find_undoing',
  text: `SELECT ${COLUMNS} FROM foothold.bulk_job WHERE tenant_id = $1 AND undoes = $2`,
};
const BEGIN = {
  name: 'bulk_begin',
  text: `UPDATE foothold.bulk_job SET status = 'running', started_at = coalesce(started_at, $3), last_error = NULL,
           ended_at = NULL
         WHERE tenant_id = $1 AND job_id = $2 AND status IN ('queued', 'running', 'failed') RETURNING ${COLUMNS}`,
};
/** Two processes may be at it for a moment, when one of them was taken for dead: only one of them takes the step. */
const ADVANCE = {
  name: 'bulk_advance',
  text: `UPDATE foothold.bulk_job SET cursor = $3, examined = examined + $4, not_matched = not_matched + $6
         WHERE tenant_id = $1 AND job_id = $2 AND status = 'running' AND cursor = $5 RETURNING ${COLUMNS}`,
};
const END = {
  name: 'bulk_end',
  text: `UPDATE foothold.bulk_job SET status = $3, ended_at = $4, last_error = $5,
           cursor = CASE $3 WHEN 'failed' THEN cursor ELSE '' END
         WHERE tenant_id = $1 AND job_id = $2 AND status IN ('queued', 'running') RETURNING ${COLUMNS}`,
};
const NOTE_ERROR = {
  name: 'bulk_note_error',
  text: `UPDATE foothold.bulk_job SET last_error = $3 WHERE tenant_id = $1 AND job_id = $2 AND status = 'running'`,
};
const CANDIDATES = {
  name: 'bulk_candidates',
  text: `SELECT m.subject, true AS is_member, p.flow_version, p.steps, p.data, q.step AS listed_step, q.since AS listed_since
         FROM foothold.member m
         LEFT JOIN foothold.onboarding_progress p
           ON p.tenant_id = m.tenant_id AND p.flow_key = $2 AND p.subject = m.subject AND p.subject > $3
         LEFT JOIN foothold.onboarding_position q
           ON q.tenant_id = m.tenant_id AND q.flow_key = $2 AND q.subject = m.subject AND q.subject > $3
         WHERE m.tenant_id = $1 AND m.status = 'active' AND m.subject > $3
         ORDER BY m.subject LIMIT $4`,
};
const NAMED = {
  name: 'bulk_named',
  text: `SELECT named.subject, m.subject IS NOT NULL AS is_member, p.flow_version, p.steps, p.data,
           q.step AS listed_step, q.since AS listed_since
         FROM (SELECT DISTINCT subject FROM unnest($5::text[]) AS given (subject)
               WHERE subject > $3 ORDER BY subject LIMIT $4) named
         LEFT JOIN foothold.member m ON m.tenant_id = $1 AND m.subject = named.subject AND m.status = 'active'
         LEFT JOIN foothold.onboarding_progress p
           ON p.tenant_id = m.tenant_id AND p.flow_key = $2 AND p.subject = m.subject
         LEFT JOIN foothold.onboarding_position q
           ON q.tenant_id = m.tenant_id AND q.flow_key = $2 AND q.subject = m.subject
         ORDER BY named.subject`,
};
const SHARED_PART = {
  name: 'bulk_shared_part',
  text: `SELECT flow_version, steps, data FROM foothold.onboarding_progress
         WHERE tenant_id = $1 AND flow_key = $2 AND subject = ''`,
};
const ADD_ITEM = {
  name: 'bulk_add_item',
  text: `INSERT INTO foothold.bulk_item (tenant_id, job_id, subject, outcome, why, revision)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING 1 AS added`,
};
const DONE_AMONG = {
  name: 'bulk_done_among',
  text: `SELECT subject FROM foothold.bulk_item WHERE tenant_id = $1 AND job_id = $2 AND subject = ANY ($3::text[])`,
};
const ITEMS = {
  name: 'bulk_items',
  text: `SELECT subject, outcome, why, revision FROM foothold.bulk_item
         WHERE tenant_id = $1 AND job_id = $2 AND subject > $3 AND ($4::text IS NULL OR outcome = $4)
         ORDER BY subject LIMIT $5`,
};
const COUNTS = {
  name: 'bulk_counts',
  text: `SELECT outcome, why, count(*)::integer AS people FROM foothold.bulk_item
         WHERE tenant_id = $1 AND job_id = $2 GROUP BY outcome, why`,
};
const LOCK_REVISION = {
  name: 'bulk_lock_revision',
  text: `SELECT revision FROM foothold.onboarding_progress
         WHERE tenant_id = $1 AND flow_key = $2 AND subject = $3 FOR UPDATE`,
};

/** The edge to bulk jobs. What is said of a job holds within the transaction that asked. */
@Injectable()
export class BulkJobRepository {
  async create(transaction: Transaction, job: NewBulkJob): Promise<void> {
    const about = [job.job_id, job.flow_key, JSON.stringify(job.people), job.step, job.action, job.reason];
    const rest = [job.dry_run, job.undoes, job.created_by, job.created_at, job.impersonator, job.created_as];
    await transaction.query(CREATE, [transaction.tenantId, ...about, ...rest]);
  }

  async find(transaction: Transaction, jobId: string): Promise<BulkJobRow | undefined> {
    const [row] = await transaction.query<BulkJobRow>(FIND, [transaction.tenantId, jobId]);
    return row;
  }

  /** The job that takes this one back. */
  async findUndoing(transaction: Transaction, jobId: string): Promise<BulkJobRow | undefined> {
    const [row] = await transaction.query<BulkJobRow>(FIND_UNDOING, [transaction.tenantId, jobId]);
    return row;
  }

  /** Undefined when it has ended, or was cancelled. */
  async begin(transaction: Transaction, jobId: string, now: Date): Promise<BulkJobRow | undefined> {
    const [row] = await transaction.query<BulkJobRow>(BEGIN, [transaction.tenantId, jobId, now]);
    return row;
  }

  /** Undefined when it was cancelled, or somebody else has changed where it stands. */
  async advance(
    transaction: Transaction,
    { job_id: jobId, cursor }: BulkJobRow,
    done: { readonly last: string; readonly examined: number; readonly notMatched: number },
  ): Promise<BulkJobRow | undefined> {
    const values = [transaction.tenantId, jobId, done.last, done.examined, cursor, done.notMatched];
    const [row] = await transaction.query<BulkJobRow>(ADVANCE, values);
    return row;
  }

  /** Undefined unless the job was still to run: it may have ended, or was cancelled, meanwhile. */
  async end(
    transaction: Transaction,
    jobId: string,
    { status, at, error = null }: { readonly status: JobStatus; readonly at: Date; readonly error?: string | null },
  ): Promise<BulkJobRow | undefined> {
    const [row] = await transaction.query<BulkJobRow>(END, [transaction.tenantId, jobId, status, at, error]);
    return row;
  }

  async noteError(transaction: Transaction, jobId: string, error: string): Promise<void> {
    await transaction.query(NOTE_ERROR, [transaction.tenantId, jobId, error]);
  }

  /** By subject. With `subjects`, exactly these, members or not; otherwise all active members. */
  candidates(
    transaction: Transaction,
    flowKey: string,
    after: string,
    subjects: readonly string[] | undefined,
    limit: number,
  ): Promise<CandidateRow[]> {
    const page = [transaction.tenantId, flowKey, after, limit];
    if (!subjects) return transaction.query<CandidateRow>(CANDIDATES, page);
    return transaction.query<CandidateRow>(NAMED, [...page, subjects]);
  }

  async sharedPart(transaction: Transaction, flowKey: string): Promise<SharedPartRow | undefined> {
    const [row] = await transaction.query<SharedPartRow>(SHARED_PART, [transaction.tenantId, flowKey]);
    return row;
  }

  /** False when there was one already: then whatever else the transaction did was done before. */
  async addItem(transaction: Transaction, jobId: string, { subject, outcome, why, revision }: BulkItemRow) {
    const values = [transaction.tenantId, jobId, subject, outcome, why, revision];
    return (await transaction.query(ADD_ITEM, values)).length > 0;
  }

  /** Who of these was seen to already. */
  async doneAmong(transaction: Transaction, jobId: string, subjects: readonly string[]): Promise<Set<string>> {
    const rows = await transaction.query<{ subject: string }>(DONE_AMONG, [transaction.tenantId, jobId, subjects]);
    return new Set(rows.map(({ subject }) => subject));
  }

  items(
    transaction: Transaction,
    jobId: string,
    { after = '', outcome, limit }: { readonly after?: string; readonly outcome?: ItemOutcome; readonly limit: number },
  ): Promise<BulkItemRow[]> {
    const values = [transaction.tenantId, jobId, after, outcome ?? null, limit];
    return transaction.query<BulkItemRow>(ITEMS, values);
  }

  counts(
    transaction: Transaction,
    jobId: string,
  ): Promise<Array<{ readonly outcome: ItemOutcome; readonly why: string | null; readonly people: number }>> {
    return transaction.query(COUNTS, [transaction.tenantId, jobId]);
  }

  /** Locks it; undefined where nobody has opened the flow. */
  async lockRevision(transaction: Transaction, flowKey: string, subject: string): Promise<number | undefined> {
    const values = [transaction.tenantId, flowKey, subject];
    const [row] = await transaction.query<{ revision: number }>(LOCK_REVISION, values);
    return row?.revision;
  }
}

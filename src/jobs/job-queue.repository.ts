import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Transaction } from '../database/transaction.js';

/** What a job is given: where its own row is, and nothing else. */
export interface JobPayload {
  readonly tenantId: string;
  readonly jobId: string;
}

/** A job that failed so often that nobody tries it again by itself. */
export interface DeadLetterRow {
  readonly id: string;
  readonly task: string;
  readonly payload: JobPayload;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly failed_at: Date;
}

/** Some hours of trying, with longer and longer pauses. */
const MAX_ATTEMPTS = 12;

const ADD = {
  name: 'job_add',
  text: `SELECT FROM graphile_worker.add_job($1, payload := $2::json, job_key := $3, max_attempts := ${MAX_ATTEMPTS})`,
};

/** By the database's clock, which all processes share. */
const SIGN_OF_LIFE = {
  name: 'job_sign_of_life',
  text: `INSERT INTO foothold.job_worker (worker_id, seen_at) SELECT unnest($1::text[]), now()
         ON CONFLICT (worker_id) DO UPDATE SET seen_at = excluded.seen_at`,
};
/** The same; and what is locked by a worker that was never heard of, or not for so long, is free again. */
const BEAT = {
  name: 'job_beat',
  text: `
    WITH alive AS (
      INSERT INTO foothold.job_worker (worker_id, seen_at) SELECT unnest($1::text[]), now()
      ON CONFLICT (worker_id) DO UPDATE SET seen_at = excluded.seen_at
    ), dead AS (
      DELETE FROM foothold.job_worker WHERE seen_at < now() - make_interval(secs => $2) AND worker_id <> ALL ($1)
      RETURNING worker_id
    ), holders AS (
      SELECT worker_id FROM dead UNION
      SELECT job.locked_by FROM graphile_worker._private_jobs job
      WHERE job.locked_at < now() - make_interval(secs => $2) AND job.locked_by <> ALL ($1)
        AND NOT EXISTS (SELECT FROM foothold.job_worker WHERE worker_id = job.locked_by)
    )
    SELECT graphile_worker.force_unlock_workers(array_agg(worker_id)) FROM holders HAVING count(*) > 0`,
};
const LEAVE = { name: 'job_leave', text: 'DELETE FROM foothold.job_worker WHERE worker_id = ANY ($1::text[])' };

const DEAD_LETTERS = {
  name: 'job_dead_letters',
  text: `
    SELECT job.id::text, task.identifier AS task, job.payload, job.attempts, job.last_error, job.updated_at AS failed_at
    FROM graphile_worker._private_jobs job JOIN graphile_worker._private_tasks task ON task.id = job.task_id
    WHERE job.attempts >= job.max_attempts AND job.locked_by IS NULL
    ORDER BY job.updated_at DESC, job.id LIMIT $1`,
};
const REVIVE = {
  name: 'job_revive',
  text: `
    SELECT revived.id::text FROM (
      SELECT array_agg(job.id) AS ids FROM graphile_worker._private_jobs job
      WHERE job.id = $1 AND job.attempts >= job.max_attempts AND job.locked_by IS NULL) dead,
    graphile_worker.reschedule_jobs(dead.ids, run_at := now(), attempts := 0) revived`,
};
/** More than this is as bad, and counting it would not make it better. */
const MOST_COUNTED = 10_000;
const COUNTS = {
  name: 'job_counts',
  text: `
    SELECT count(*) FILTER (WHERE locked_by IS NOT NULL)::integer AS running,
      count(*) FILTER (WHERE locked_by IS NULL AND attempts < max_attempts)::integer AS waiting,
      count(*) FILTER (WHERE locked_by IS NULL AND attempts >= max_attempts)::integer AS dead
    FROM (SELECT locked_by, attempts, max_attempts FROM graphile_worker._private_jobs LIMIT ${MOST_COUNTED}) counted`,
};

export interface JobCounts {
  readonly running: number;
  readonly waiting: number;
  readonly dead: number;
}

/** The edge to the queue of jobs. */
@Injectable()
export class JobQueueRepository {
  constructor(private readonly database: Database) {}

  /** Part of the transaction: the job exists if what it is about does. */
  async add(transaction: Transaction, task: string, payload: JobPayload): Promise<void> {
    await transaction.query(ADD, [task, JSON.stringify(payload), payload.jobId]);
  }

  async signOfLife(workerIds: readonly string[]): Promise<void> {
    await this.database.query(SIGN_OF_LIFE, [workerIds]);
  }

  /** Says that these workers are alive, and frees what others hold that have not been heard of for so long. */
  async beat(workerIds: readonly string[], deadAfterSeconds: number): Promise<void> {
    await this.database.query(BEAT, [workerIds, deadAfterSeconds]);
  }

  async leave(workerIds: readonly string[]): Promise<void> {
    await this.database.query(LEAVE, [workerIds]);
  }

  deadLetters(limit: number): Promise<DeadLetterRow[]> {
    return this.database.query<DeadLetterRow>(DEAD_LETTERS, [limit]);
  }

  /** False when there is no such dead letter. */
  async revive(id: string): Promise<boolean> {
    return (await this.database.query(REVIVE, [id])).length > 0;
  }

  async counts(): Promise<JobCounts> {
    const [counts] = await this.database.query<JobCounts>(COUNTS, []);
    return counts as JobCounts;
  }
}

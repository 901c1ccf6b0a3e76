import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { PacedBucket } from './paced-bucket.js';

/** No row comes back when the slot would lie further ahead than asked for: then nothing was taken. */
const TAKE = {
  name: 'auth0_budget_take',
  text: `
    INSERT INTO foothold.auth0_budget AS b (bucket, full_at) VALUES ($1, greatest($2::float8, $6::float8) + $3::float8)
    ON CONFLICT (bucket) DO UPDATE SET full_at = greatest(b.full_at, $2, $6) + $3
      WHERE greatest(b.full_at, $2, $6) + $3 - $4::float8 <= $2 + $5::float8
    RETURNING full_at`,
};

const EMPTY_UNTIL = {
  name: 'auth0_budget_empty',
  text: `
    INSERT INTO foothold.auth0_budget AS b (bucket, full_at) VALUES ($1, $2::float8)
    ON CONFLICT (bucket) DO UPDATE SET full_at = greatest(b.full_at, $2)`,
};

/** Counts the processes that were seen lately, this one included, and forgets the others. */
const BEAT = {
  name: 'auth0_process_beat',
  text: `
    WITH gone AS (
      DELETE FROM foothold.auth0_process WHERE seen_at < $3
    ), beat AS (
      INSERT INTO foothold.auth0_process AS p (process_id, seen_at) VALUES ($1, $2)
      ON CONFLICT (process_id) DO UPDATE SET seen_at = $2
    )
    SELECT count(*)::integer + 1 AS processes FROM foothold.auth0_process WHERE process_id <> $1 AND seen_at >= $3`,
};

const LEAVE = { name: 'auth0_process_leave', text: 'DELETE FROM foothold.auth0_process WHERE process_id = $1' };

/** The buckets that all processes share. Times are the application's, in milliseconds since 1970. */
@Injectable()
export class RateBudgetRepository {
  constructor(private readonly database: Database) {}

  /**
   * Takes `calls` from a bucket, in one round trip. Returns when it will be full again; undefined when the calls could
   * only be sent later than `aheadMs` from now.
   * @param notFullBefore what answers have told of the bucket
   */
  async take(
    name: string,
    bucket: PacedBucket,
    options: { readonly calls: number; readonly now: number; readonly aheadMs: number; readonly notFullBefore: number },
  ): Promise<number | undefined> {
    const { calls, now, aheadMs, notFullBefore } = options;
    const values = [name, now, calls * bucket.intervalMs, bucket.burstMs, aheadMs, notFullBefore];
    const [row] = await this.database.query<{ full_at: number }>(TAKE, values);
    return row?.full_at;
  }

  async notFullBefore(name: string, fullAt: number): Promise<void> {
    await this.database.query(EMPTY_UNTIL, [name, fullAt]);
  }

  /** How many processes share the budget. */
  async beat(processId: string, now: Date, aliveSince: Date): Promise<number> {
    const [row] = await this.database.query<{ processes: number }>(BEAT, [processId, now, aliveSince]);
    return row?.processes ?? 1;
  }

  async leave(processId: string): Promise<void> {
    await this.database.query(LEAVE, [processId]);
  }
}

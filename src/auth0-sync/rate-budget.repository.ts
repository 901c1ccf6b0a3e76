import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { PacedBucket } from './paced-bucket.js';

/** What a clock that was ahead has written counts as an empty bucket: what was really left in it is not known. */
const FULL_AT = 'greatest(CASE WHEN b.full_at > $7::float8 THEN $2 + $4::float8 ELSE b.full_at END, $2, $6)';

/** No row comes back when the slot would lie further ahead than asked for: then nothing was taken. */
const TAKE = {
  name: 'auth0_budget_take',
  text: `
    INSERT INTO foothold.auth0_budget AS b (bucket, full_at) VALUES ($1, greatest($2::float8, $6::float8) + $3::float8)
    ON CONFLICT (bucket) DO UPDATE SET full_at = ${FULL_AT} + $3
      WHERE ${FULL_AT} + $3 - $4 <= $2 + $5::float8
    RETURNING full_at`,
};

const EMPTY_UNTIL = {
  name: 'auth0_budget_empty',
  text: `
    INSERT INTO foothold.auth0_budget AS b (bucket, full_at) VALUES ($1, $2::float8)
    ON CONFLICT (bucket) DO UPDATE SET full_at = greatest(b.full_at, $2)`,
};

/** Counts the processes that were seen lately, this one included, and forgets the others; one seen in the future, too. */
const BEAT = {
  name: 'auth0_process_beat',
  text: `
    WITH gone AS (
      DELETE FROM foothold.auth0_process WHERE seen_at NOT BETWEEN $3 AND $4
    ), beat AS (
      INSERT INTO foothold.auth0_process AS p (process_id, seen_at) VALUES ($1, $2)
      ON CONFLICT (process_id) DO UPDATE SET seen_at = $2
    )
    SELECT count(*)::integer + 1 AS processes FROM foothold.auth0_process 
      WHERE process_id <> $1 AND seen_at BETWEEN $3 AND $4`,
};

const LEAVE = { name: 'auth0_process_leave', text: 'DELETE FROM foothold.auth0_process WHERE process_id = $1' };

/** The buckets that all processes share. Times are in milliseconds since 1970, by the database's clock. */
@Injectable()
export class RateBudgetRepository {
  constructor(private readonly database: Database) {}

  /**
   * Takes `calls` from a bucket, in one round trip. Returns when it will be full again; undefined when the calls could
   * only be sent later than `aheadMs` from now.
   * `notFullBefore` is what answers have told of the bucket; `latestFullAt` is as late as a right clock can have set it.
   */
  async take(
    name: string,
    bucket: PacedBucket,
    options: {
      readonly calls: number;
      readonly now: number;
      readonly aheadMs: number;
      readonly notFullBefore: number;
      readonly latestFullAt: number;
    },
  ): Promise<number | undefined> {
    const { calls, now, aheadMs, notFullBefore, latestFullAt } = options;
    const values = [name, now, calls * bucket.intervalMs, bucket.burstMs, aheadMs, notFullBefore, latestFullAt];
    const [row] = await this.database.query<{ full_at: number }>(TAKE, values);
    return row?.full_at;
  }

  async notFullBefore(name: string, fullAt: number): Promise<void> {
    await this.database.query(EMPTY_UNTIL, [name, fullAt]);
  }

  /** How many processes share the budget. */
  async beat(processId: string, now: Date, aliveMs: number): Promise<number> {
    const [from, to] = [now.getTime() - aliveMs, now.getTime() + aliveMs];
    const values = [processId, now, new Date(from), new Date(to)];
    const [row] = await this.database.query<{ processes: number }>(BEAT, values);
    return row?.processes ?? 1;
  }

  async leave(processId: string): Promise<void> {
    await this.database.query(LEAVE, [processId]);
  }
}

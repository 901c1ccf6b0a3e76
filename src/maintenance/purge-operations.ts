import type { PoolClient } from 'pg';
import { asWorker } from './worker-transaction.js';

/** The contract promises 30 days for an Idempotency-Key; a browser gives up its queue after 25. */
export const KEPT_DAYS = 45;
const DAY_MS = 86_400_000;
const BATCH_ROWS = 5_000;

const PURGE = `
  DELETE FROM foothold.operation
  WHERE ctid = ANY (ARRAY(SELECT ctid FROM foothold.operation WHERE created_at < $1 LIMIT ${BATCH_ROWS}))`;

/** Removes operations that nobody can send again, in batches that block nobody. Returns how many. */
export async function purgeOperations(connect: () => Promise<PoolClient>, now: Date = new Date()): Promise<number> {
  const before = new Date(now.getTime() - KEPT_DAYS * DAY_MS);
  for (let removed = 0; ;) {
    const { rowCount } = await asWorker(connect, (client) => client.query(PURGE, [before]));
    removed += rowCount ?? 0;
    if ((rowCount ?? 0) < BATCH_ROWS) return removed;
  }
}

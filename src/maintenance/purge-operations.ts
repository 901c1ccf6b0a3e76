import type { PoolClient } from 'pg';
import { asWorker, WHOLE_TABLE_LIMIT_MS, type WorkerQuery } from './worker-transaction.js';

/** The contract promises 30 days for an Idempotency-Key; a browser gives up its queue after 25. */
export const KEPT_DAYS = 45;
const DAY_MS = 86_400_000;

const TENANTS = 'SELECT DISTINCT tenant_id FROM foothold.operation WHERE created_at < $1';
const PURGE = 'DELETE FROM foothold.operation WHERE tenant_id = $1 AND created_at < $2';

/** Removes operations that nobody can send again, one tenant and transaction at a time. Returns how many. */
export async function purgeOperations(connect: () => Promise<PoolClient>, now: Date): Promise<number> {
  const before = new Date(now.getTime() - KEPT_DAYS * DAY_MS);
  const inMinutes = <T>(work: (query: WorkerQuery) => Promise<T>) => asWorker(connect, work, WHOLE_TABLE_LIMIT_MS);
  const tenants = await inMinutes((query) => query<{ tenant_id: string }>(TENANTS, [before]));
  let removed = 0;
  for (const { tenant_id: tenantId } of tenants.rows) {
    const { rowCount } = await inMinutes((query) => query(PURGE, [tenantId, before]));
    removed += rowCount ?? 0;
  }
  return removed;
}

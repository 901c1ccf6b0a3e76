import type { PoolClient } from 'pg';
import { asWorker, WHOLE_TABLE_LIMIT_MS } from './worker-transaction.js';

export interface TombstoneOfAll {
  readonly tenantId: string;
  readonly person: string;
  readonly pseudonym: string;
  readonly erasedAt: Date;
}

const BATCH_ROWS = 1_000;

/** Visits the tombstones of all tenants, one tenant after the other. */
export function allTombstones(
  connect: () => Promise<PoolClient>,
  visit: (tombstone: TombstoneOfAll) => void,
): Promise<void> {
  return asWorker(
    connect,
    async (query) => {
      await query(`DECLARE tombstones NO SCROLL CURSOR FOR
        SELECT tenant_id AS "tenantId", person, pseudonym, erased_at AS "erasedAt"
        FROM foothold.erased_person ORDER BY tenant_id, erased_at`);
      for (;;) {
        const { rows } = await query<TombstoneOfAll>(`FETCH ${BATCH_ROWS} FROM tombstones`);
        if (rows.length === 0) return;
        rows.forEach(visit);
      }
    },
    WHOLE_TABLE_LIMIT_MS,
  );
}

import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { NIL_UUID } from '../database/uuid.js';
import type { TenantRow } from '../tenant/tenants/tenant-view.js';
import { readAsWorker } from './worker-transaction.js';

// Without its second condition, the join would read the organizations of all tenants before the page, too.
const PAGE = `
  SELECT t.tenant_id, t.name, t.status, t.created_at, t.updated_at, t.closed_at, o.organization_id
  FROM foothold.tenant t LEFT JOIN foothold.organization o ON o.tenant_id = t.tenant_id AND o.tenant_id > $1
  WHERE t.tenant_id > $1
  ORDER BY t.tenant_id LIMIT $2`;
const CLOSED_BEFORE = `SELECT tenant_id FROM foothold.tenant WHERE status = 'closed' AND closed_at < $1`;

/** Reads over all tenants, for operators and for what has to be done in each of them. */
@Injectable()
export class AllTenants {
  constructor(private readonly database: Database) {}

  /** By id, the only order that does not cost more with every tenant; at most `limit` after the given one. */
  page(limit: number, after?: string): Promise<TenantRow[]> {
    return readAsWorker<TenantRow>(this.database, PAGE, [after ?? NIL_UUID, limit]);
  }

  async closedBefore(time: Date): Promise<string[]> {
    const rows = await readAsWorker<{ tenant_id: string }>(this.database, CLOSED_BEFORE, [time]);
    return rows.map(({ tenant_id }) => tenant_id);
  }
}

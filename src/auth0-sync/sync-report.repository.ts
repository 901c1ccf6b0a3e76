import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/transaction.js';
import type { MirrorCheck } from './auth0-mirror.entity.js';
import type { MirrorStanding } from './mirror-standing.js';

/** A mirror that is not as it should be, or that nobody could bring up to date. */
export interface TroubledMirror extends MirrorStanding {
  readonly subject: string;
}

export interface SyncCounts {
  readonly members: number;
  readonly due: number;
  readonly oldest_due_at: Date | null;
  readonly parked: number;
  readonly checks_pending: number;
  readonly drifted: number;
  readonly last_checked_at: Date | null;
  readonly follows: boolean;
}

const COUNTS = {
  name: 'sync_counts',
  text: `SELECT count(*)::integer AS members, count(m.due_at)::integer AS due,
           min(m.due_at) FILTER (WHERE m.due_at <= $2) AS oldest_due_at, count(m.parked)::integer AS parked,
           count(*) FILTER (WHERE m.pending_check <> 'background')::integer AS checks_pending, count(m.drift)::integer AS drifted,
           max(m.checked_at) AS last_checked_at,
           EXISTS (SELECT FROM foothold.auth0_mirror_tenant t WHERE t.tenant_id = $1 AND t.due_at IS NOT NULL) AS follows
         FROM foothold.auth0_mirror m WHERE m.tenant_id = $1`,
};

const TROUBLED = {
  name: 'sync_troubled',
  text: `SELECT subject, wanted, mirrored, due_at, attempts, last_error, parked, drift, checked_at, mirrored_at
         FROM foothold.auth0_mirror
         WHERE tenant_id = $1 AND (parked IS NOT NULL OR last_error IS NOT NULL OR drift IS NOT NULL)
         ORDER BY subject LIMIT $2`,
};

/** Everybody who is a member, and whoever has a mirror; what was parked is tried again. */
const CHECK = {
  name: 'sync_check',
  text: `INSERT INTO foothold.auth0_mirror AS m (tenant_id, subject, wanted, due_at, pending_check)
         SELECT tenant_id, subject, 0, $3, $2 FROM foothold.member WHERE tenant_id = $1 AND status = 'active'
         UNION SELECT tenant_id, subject, 0, $3::timestamptz, $2 FROM foothold.auth0_mirror WHERE tenant_id = $1
         ON CONFLICT (tenant_id, subject) DO UPDATE SET pending_check = $2, parked = NULL, due_at = least(m.due_at, $3)
         RETURNING subject`,
};

@Injectable()
export class SyncReportRepository {
  async counts(transaction: Transaction): Promise<SyncCounts> {
    const [row] = await transaction.query<SyncCounts>(COUNTS, [transaction.tenantId, transaction.now()]);
    return row as SyncCounts;
  }

  /** By subject. */
  troubled(transaction: Transaction, limit: number): Promise<TroubledMirror[]> {
    return transaction.query<TroubledMirror>(TROUBLED, [transaction.tenantId, limit]);
  }

  /** Makes every mirror of the tenant due for a look at what Auth0 holds. Returns how many. */
  async check(transaction: Transaction, check: MirrorCheck): Promise<number> {
    const rows = await transaction.query(CHECK, [transaction.tenantId, check, transaction.now()]);
    return rows.length;
  }
}

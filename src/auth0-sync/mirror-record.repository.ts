import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/transaction.js';
import type { MirrorStanding } from './mirror-standing.js';

/** All that the database notes of one member's mirror. */
export interface MirrorRecord extends MirrorStanding {
  /** Changes of the tenant's part, and how many of them Auth0 has. */
  readonly tenant_wanted: number;
  readonly mirrored_tenant: number;
  readonly lineage: string | null;
  readonly seen_at: Date;
  /** The open case that waits for somebody's decision. */
  readonly case_id: string | null;
}

const FIND = {
  name: 'mirror_record',
  text: `
    SELECT m.wanted, m.mirrored, coalesce(t.wanted, 0) AS tenant_wanted, m.mirrored_tenant, m.due_at, m.mirrored_at,
      m.attempts, m.last_error, m.parked, m.drift, m.checked_at, m.lineage, m.seen_at, c.case_id
    FROM foothold.auth0_mirror m
    LEFT JOIN foothold.auth0_mirror_tenant t ON t.tenant_id = m.tenant_id
    LEFT JOIN foothold.mirror_case c ON c.tenant_id = m.tenant_id AND c.subject = m.subject AND c.status = 'open'
    WHERE m.tenant_id = $1 AND m.subject = $2`,
};

@Injectable()
export class MirrorRecordRepository {
  /** Undefined when nothing was ever to be mirrored. */
  async find(transaction: Transaction, subject: string): Promise<MirrorRecord | undefined> {
    const [row] = await transaction.query<MirrorRecord>(FIND, [transaction.tenantId, subject]);
    return row;
  }
}

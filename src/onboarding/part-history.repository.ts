import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/transaction.js';
import type { Effect, PartState } from '../flow/index.js';

/** One part of a flow, locked. */
export interface LockedPart {
  readonly flow_version: number;
  readonly revision: number;
  readonly steps: PartState['steps'];
  readonly data: PartState['data'];
  readonly updated_at: Date;
}

export interface PartEntry {
  readonly flow_version: number;
  readonly effects: readonly Effect[];
}

const IS_MEMBER = {
  name: 'part_is_of_member',
  text: `SELECT FROM foothold.member WHERE tenant_id = $1 AND subject = $2 AND status = 'active'`,
};
const LOCK = {
  name: 'part_lock',
  text: `SELECT flow_version, revision, steps, data, updated_at FROM foothold.onboarding_progress
         WHERE tenant_id = $1 AND flow_key = $2 AND subject = $3 FOR UPDATE`,
};
const SHARED_REVISION = {
  name: 'part_shared_revision',
  text: `SELECT revision FROM foothold.onboarding_progress WHERE tenant_id = $1 AND flow_key = $2 AND subject = ''`,
};
const ENTRIES = {
  name: 'part_entries',
  text: `SELECT flow_version, effects FROM foothold.onboarding_history
         WHERE tenant_id = $1 AND flow_key = $2 AND subject = $3 AND revision <= $4 ORDER BY revision`,
};

/** What one part is now, and what was made of it so far; '' is the tenant's. */
@Injectable()
export class PartHistoryRepository {
  async isMember(transaction: Transaction, subject: string): Promise<boolean> {
    return (await transaction.query(IS_MEMBER, [transaction.tenantId, subject])).length === 1;
  }

  /** Undefined where nobody has opened the flow yet. */
  async lock(transaction: Transaction, flowKey: string, subject: string): Promise<LockedPart | undefined> {
    const [row] = await transaction.query<LockedPart>(LOCK, [transaction.tenantId, flowKey, subject]);
    return row;
  }

  /** Of the tenant's part; 0 where the flow has none. */
  async sharedRevision(transaction: Transaction, flowKey: string): Promise<number> {
    const [row] = await transaction.query<{ revision: number }>(SHARED_REVISION, [transaction.tenantId, flowKey]);
    return row?.revision ?? 0;
  }

  /** Oldest first, up to and including the revision. */
  entries(transaction: Transaction, flowKey: string, subject: string, revision: number): Promise<PartEntry[]> {
    return transaction.query<PartEntry>(ENTRIES, [transaction.tenantId, flowKey, subject, revision]);
  }
}

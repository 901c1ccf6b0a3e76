import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { Transaction } from '../database/transaction.js';
import { UnitOfWork } from '../database/unit-of-work.js';

export interface AuditEntry {
  readonly actor: string;
  /** What they did or tried, such as `tenant_probed`. */
  readonly action: 'tenant_probed' | 'attestation_claimed';
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Nothing is written for a tenant that does not exist: the row is selected from it. */
const RECORD = {
  name: 'record_audit',
  text: `INSERT INTO foothold.audit (tenant_id, audit_id, actor, action, detail, recorded_at)
         SELECT tenant_id, $2::uuid, $3, $4, $5::jsonb, $6::timestamptz FROM foothold.tenant WHERE tenant_id = $1`,
};

/** Who did what to a tenant, or tried to. */
@Injectable()
export class AuditRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** @param transaction of the same tenant, to be part of it; without one the entry is written on its own */
  record(tenantId: string, entry: AuditEntry, transaction?: Transaction): Promise<void> {
    if (transaction) return write(transaction, entry);
    return this.unitOfWork.run({ tenantId }, (own) => write(own, entry));
  }
}

async function write(transaction: Transaction, { actor, action, detail }: AuditEntry): Promise<void> {
  const values = [transaction.tenantId, randomUUID(), actor, action, JSON.stringify(detail), new Date()];
  await transaction.query(RECORD, values);
}

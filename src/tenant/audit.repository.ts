import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { Transaction } from '../database/transaction.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { TimedPosition } from '../http/page.js';
import type { AuditAction } from './audit-actions.js';

export interface AuditEntry {
  readonly actor: string;
  /** Who acted in the actor's name. */
  readonly impersonator?: string;
  readonly action: AuditAction;
  /** Whom it was done to, where it was somebody. */
  readonly subject?: string;
  /** Why, in the actor's words. */
  readonly reason?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

export interface AuditRow {
  readonly audit_id: string;
  readonly actor: string;
  readonly impersonator: string | null;
  readonly action: AuditAction;
  readonly subject: string | null;
  readonly reason: string | null;
  readonly detail: Record<string, unknown>;
  readonly recorded_at: Date;
}

/** Nothing is written for a tenant that does not exist: the row is selected from it. */
const RECORD = {
  name: 'record_audit',
  text: `INSERT INTO foothold.audit (tenant_id, audit_id, actor, action, subject, reason, detail, recorded_at, impersonator)
         SELECT tenant_id, $2::uuid, $3, $4, $5, $6, $7::jsonb, $8::timestamptz, $9
         FROM foothold.tenant WHERE tenant_id = $1`,
};
const PAGE = {
  name: 'audit_page',
  text: `SELECT audit_id, actor, impersonator, action, subject, reason, detail, recorded_at FROM foothold.audit
         WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR (recorded_at, audit_id) < ($2, $3::uuid))
         ORDER BY recorded_at DESC, audit_id DESC LIMIT $4`,
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

  /** Newest first; at most `limit` rows older than `before`. */
  page(transaction: Transaction, limit: number, before?: TimedPosition): Promise<AuditRow[]> {
    const position = before ? [before.time, before.id] : [null, null];
    return transaction.query<AuditRow>(PAGE, [transaction.tenantId, ...position, limit]);
  }
}

async function write(transaction: Transaction, entry: AuditEntry): Promise<void> {
  const { actor, impersonator = null, action, subject = null, reason = null, detail = {} } = entry;
  const what = [actor, action, subject, reason, JSON.stringify(detail)];
  await transaction.query(RECORD, [transaction.tenantId, randomUUID(), ...what, transaction.now(), impersonator]);
}

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
  /** How often, and when last, within the hour that began with `recorded_at`; null where each time has its entry. */
  readonly times: number | null;
  readonly last_at: Date | null;
}

/** An entry that stands for all repetitions within an hour. */
export interface CountedEntry {
  readonly auditId: string;
  /** Further repetitions. */
  readonly times: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** Nothing is written for a tenant that does not exist: the row is selected from it. */
const RECORD = {
  name: 'record_audit',
  text: `INSERT INTO foothold.audit (tenant_id, audit_id, actor, action, subject, reason, detail, recorded_at, impersonator)
         SELECT tenant_id, $2::uuid, $3, $4, $5, $6, $7::jsonb, $8::timestamptz, $9
         FROM foothold.tenant WHERE tenant_id = $1`,
};
/** The entry once, and how often it counts. A concurrent process may have written it: then only the count is added. */
const COUNT = {
  name: 'count_audit',
  text: `WITH entry AS (
           INSERT INTO foothold.audit (tenant_id, audit_id, actor, action, subject, reason, detail, recorded_at, impersonator)
           SELECT tenant_id, $2::uuid, $3, $4, $5, $6, $7::jsonb, $8::timestamptz, $9
           FROM foothold.tenant WHERE tenant_id = $1
           ON CONFLICT (tenant_id, audit_id) DO NOTHING)
         INSERT INTO foothold.audit_count AS c (tenant_id, audit_id, times, last_at)
         SELECT tenant_id, $2::uuid, $10, $11::timestamptz FROM foothold.tenant WHERE tenant_id = $1
         ON CONFLICT (tenant_id, audit_id) DO UPDATE
           SET times = c.times + excluded.times, last_at = greatest(c.last_at, excluded.last_at)`,
};
const PAGE = {
  name: 'audit_page',
  text: `SELECT a.audit_id, a.actor, a.impersonator, a.action, a.subject, a.reason, a.detail, a.recorded_at, c.times, c.last_at
         FROM foothold.audit a
         LEFT JOIN foothold.audit_count c ON c.tenant_id = a.tenant_id AND c.audit_id = a.audit_id
         WHERE a.tenant_id = $1 AND ($2::timestamptz IS NULL OR (a.recorded_at, a.audit_id) < ($2, $3::uuid))
         ORDER BY a.recorded_at DESC, a.audit_id DESC LIMIT $4`,
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

  /** Adds repetitions to an entry, which is written the first time. */
  async count(
    transaction: Transaction,
    entry: AuditEntry,
    { auditId, times, firstAt, lastAt }: CountedEntry,
  ): Promise<void> {
    await transaction.query(COUNT, [...valuesOf(transaction, auditId, entry, firstAt), times, lastAt]);
  }

  /** Newest first; at most `limit` rows older than `before`. */
  page(transaction: Transaction, limit: number, before?: TimedPosition): Promise<AuditRow[]> {
    const position = before ? [before.time, before.id] : [null, null];
    return transaction.query<AuditRow>(PAGE, [transaction.tenantId, ...position, limit]);
  }
}

async function write(transaction: Transaction, entry: AuditEntry): Promise<void> {
  await transaction.query(RECORD, valuesOf(transaction, randomUUID(), entry, transaction.now()));
}

function valuesOf({ tenantId }: Transaction, auditId: string, entry: AuditEntry, recordedAt: Date): unknown[] {
  const { actor, impersonator = null, action, subject = null, reason = null, detail = {} } = entry;
  return [tenantId, auditId, actor, action, subject, reason, JSON.stringify(detail), recordedAt, impersonator];
}

import { Injectable } from '@nestjs/common';
import type { Statement } from '../database/statement.js';
import type { Transaction } from '../database/transaction.js';
import {
  EMPTY_PART,
  type AttestationFact,
  type Flow,
  type FlowState,
  type JsonObject,
  type OtherSuccess,
  type PartState,
  type StepScope,
} from '../flow/index.js';
import type { ProgressKey } from './stored-progress.js';

/** What an attestation is judged on, locked. */
export interface AttestedProgress extends ProgressKey {
  readonly state: FlowState;
  readonly updatedAt: Date;
  /** The event, if it came before. */
  readonly earlier: EarlierEvent | undefined;
  /** Whether the event was taken back, before it came or since. */
  readonly isRevoked: boolean;
}

export interface AttestedTenant {
  readonly organizationId: string | null;
  readonly hasMember: boolean;
}

/** What an event said when it first came, and whether that was anything new. */
export interface EarlierEvent {
  readonly step: string;
  readonly subject: string;
  readonly outcome: Outcome;
  readonly revokes: string | null;
  readonly applied: boolean;
}

export type Outcome = AttestationFact['outcome'] | 'revoked';

export interface AttestationRow {
  readonly eventId: string;
  readonly step: string;
  readonly outcome: Outcome;
  readonly revokes?: string;
  readonly message?: string;
  readonly data: JsonObject;
  readonly applied: boolean;
  readonly sender: string;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
}

const FIND_TENANT: Statement = {
  name: 'attestation_tenant',
  text: `SELECT m.subject, o.organization_id
         FROM foothold.tenant t
         LEFT JOIN foothold.organization o ON o.tenant_id = t.tenant_id
         LEFT JOIN foothold.member m ON m.tenant_id = t.tenant_id AND m.subject = $2 AND m.status = 'active'
         WHERE t.tenant_id = $1 AND t.status <> 'archived'`,
};
const LOCK_PART: Statement = {
  name: 'attestation_lock',
  text: `SELECT flow_version, steps, data, revision, updated_at FROM foothold.onboarding_progress
         WHERE tenant_id = $1 AND flow_key = $2 AND subject = $3 FOR UPDATE`,
};
const FIND_EVENT: Statement = {
  name: 'attestation_event',
  text: `SELECT event_id, step, subject, outcome, revokes, applied FROM foothold.attestation
         WHERE tenant_id = $1 AND flow_key = $2 AND (event_id = $3 OR revokes = $3)`,
};
/** Successes that changed nothing when they came: another one for the same values was there. */
const OTHER_SUCCESSES: Statement = {
  name: 'attestation_others',
  text: `SELECT event_id, message, data, sender, occurred_at, recorded_at FROM foothold.attestation a
         WHERE tenant_id = $1 AND flow_key = $2 AND step = $3 AND subject = $4 AND outcome = 'succeeded' AND NOT applied
           AND NOT EXISTS (SELECT 1 FROM foothold.attestation r
             WHERE r.tenant_id = $1 AND r.flow_key = $2 AND r.revokes = a.event_id)
         ORDER BY recorded_at, event_id LIMIT 100`,
};
const STORE_EVENT: Statement = {
  name: 'attestation_store',
  text: `INSERT INTO foothold.attestation (tenant_id, flow_key, event_id, step, subject, outcome, message, data, applied,
           sender, occurred_at, recorded_at, revokes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
};

interface OtherRow {
  readonly event_id: string;
  readonly message: string | null;
  readonly data: JsonObject;
  readonly sender: string;
  readonly occurred_at: Date;
  readonly recorded_at: Date;
}

interface PartRow {
  readonly flow_version: number;
  readonly steps: PartState['steps'];
  readonly data: PartState['data'];
  readonly revision: number;
  readonly updated_at: Date;
}

/** The events of trusted systems. They are few, so this path is written for clarity and not for round trips. */
@Injectable()
export class AttestationRepository {
  /** The tenant's organisation, and whether the named user (if there is one) is a member. Undefined without a tenant. */
  async find(transaction: Transaction, subject: string): Promise<AttestedTenant | undefined> {
    const [row] = await transaction.query<{ subject: string | null; organization_id: string | null }>(FIND_TENANT, [
      transaction.tenantId,
      subject,
    ]);
    return row && { organizationId: row.organization_id, hasMember: row.subject === subject };
  }

  /** Locks the opened parts, the shared one first as everywhere, and looks for the event after the locks. */
  async lock(transaction: Transaction, flow: Flow, subject: string, eventId: string): Promise<AttestedProgress> {
    const { tenantId } = transaction;
    const shared = flow.has('tenant') ? await this.lockPart(transaction, flow, '') : undefined;
    const own = subject && flow.has('member') ? await this.lockPart(transaction, flow, subject) : undefined;
    const newest = shared ?? own;
    if (!newest) throw new Error(`The flow ${flow.key} has no part for "${subject}"`);
    const { event: earlier, isRevoked } = await this.event(transaction, flow.key, eventId);
    return {
      tenantId,
      flowKey: flow.key,
      subject,
      flowVersion: newest.flow_version,
      revisions: { tenant: shared?.revision ?? 0, member: own?.revision ?? 0 },
      state: { tenant: partState(shared), member: partState(own) },
      updatedAt: own && own.updated_at > newest.updated_at ? own.updated_at : newest.updated_at,
      earlier,
      isRevoked,
    };
  }

  /** An event as it first came, if it did, and whether it was taken back. */
  async event(
    transaction: Transaction,
    flowKey: string,
    eventId: string,
  ): Promise<{ event: EarlierEvent | undefined; isRevoked: boolean }> {
    const values = [transaction.tenantId, flowKey, eventId];
    const found = await transaction.query<EarlierEvent & { readonly event_id: string }>(FIND_EVENT, values);
    return {
      event: found.find(({ event_id }) => event_id === eventId),
      isRevoked: found.some(({ revokes }) => revokes === eventId),
    };
  }

  /** Successes for the step that may take the place of one that is revoked, in the order of receipt; the first 100. */
  async otherSuccesses(
    transaction: Transaction,
    { tenantId, flowKey }: ProgressKey,
    step: string,
    subject: string,
  ): Promise<OtherSuccess[]> {
    const rows = await transaction.query<OtherRow>(OTHER_SUCCESSES, [tenantId, flowKey, step, subject]);
    return rows.map(({ event_id, message, data, sender, occurred_at, recorded_at }) => ({
      eventId: event_id,
      ...(message !== null && { message }),
      data,
      by: sender,
      occurredAt: occurred_at.toISOString(),
      at: recorded_at.toISOString(),
    }));
  }

  async store(transaction: Transaction, progress: ProgressKey, part: StepScope, row: AttestationRow): Promise<void> {
    await transaction.query(STORE_EVENT, [
      progress.tenantId,
      progress.flowKey,
      row.eventId,
      row.step,
      part === 'tenant' ? '' : progress.subject,
      row.outcome,
      row.message ?? null,
      JSON.stringify(row.data),
      row.applied,
      row.sender,
      row.occurredAt,
      row.recordedAt,
      row.revokes ?? null,
    ]);
  }

  private async lockPart(transaction: Transaction, flow: Flow, subject: string): Promise<PartRow> {
    const [row] = await transaction.query<PartRow>(LOCK_PART, [transaction.tenantId, flow.key, subject]);
    if (!row) throw new Error('A part of the progress was not opened');
    return row;
  }
}

const partState = (row: PartRow | undefined): PartState => (row ? { steps: row.steps, data: row.data } : EMPTY_PART);

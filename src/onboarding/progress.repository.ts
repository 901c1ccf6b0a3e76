import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Transaction } from '../database/transaction.js';
import {
  EMPTY_PART,
  type Effect,
  type Flow,
  type FlowState,
  type PartState,
  type Role,
  type StepScope,
} from '../flow/index.js';
import type { TenantChoice } from '../tenant/tenant.service.js';
import type { TenantStatus } from '../tenant/tenant.entity.js';
import type { ActorKind } from './onboarding-history.entity.js';

/** Both parts of a person's progress in one flow, as they were stored together. */
export interface StoredProgress {
  readonly tenantId: string;
  readonly flowKey: string;
  readonly subject: string;
  readonly role: Role;
  readonly tenantStatus: TenantStatus;
  readonly flowVersion: number;
  readonly state: FlowState;
  readonly revisions: Readonly<Record<StepScope, number>>;
  readonly startedAt: Date | null;
  readonly updatedAt: Date;
}

export interface StoredOperation {
  readonly requestHash: string;
  readonly applied: boolean;
}

/** The rows that a change is written to; of an event about the tenant's part, `subject` is '' and no person is meant. */
export type ProgressKey = Pick<StoredProgress, 'tenantId' | 'flowKey' | 'subject' | 'flowVersion' | 'revisions'>;

/** What one accepted transition writes, all of it in one statement. */
export interface ProgressChange {
  readonly part: StepScope;
  readonly state: PartState;
  readonly effects: readonly Effect[];
  readonly action: string;
  readonly step: string;
  readonly actor: string;
  readonly actorKind: ActorKind;
  readonly operation?: { readonly key: string; readonly requestHash: string };
  readonly occurredAt?: Date;
  readonly recordedAt: Date;
  /** The tenant's first step was completed: from now on it counts as a choice. */
  readonly activatesDraft: boolean;
}

const READ_PROGRESS = { name: 'read_progress', text: 'SELECT * FROM foothold.read_progress($1, $2, $3, $4)' };
const OPEN_PROGRESS = { name: 'open_progress', text: 'SELECT foothold.open_progress($1, $2, $3, $4, $5, $6, $7)' };

/**
 * The transition's one statement: progress (compare-and-set), history, operation, mirror marks, and the draft that
 * becomes active. Nothing is written unless the compare-and-set held.
 */
const WRITE_TRANSITION = {
  name: 'write_transition',
  text: `
    WITH moved AS (
      UPDATE foothold.onboarding_progress
      SET steps = $6, data = $7, revision = $5, started_at = coalesce(started_at, $8), updated_at = $8
      WHERE tenant_id = $1 AND flow_key = $2 AND subject = $3 AND revision = $4
      RETURNING tenant_id
    ), history AS (
      INSERT INTO foothold.onboarding_history (tenant_id, flow_key, subject, revision, recorded_at, other_revision,
        flow_version, action, step, effects, actor, actor_kind, operation_key, client_time)
      SELECT tenant_id, $2, $3, $5, $8, $9::integer, $10::integer, $11, $12, $13::jsonb, $14, $15, $16,
        $17::timestamptz FROM moved
    ), operation AS (
      INSERT INTO foothold.operation
        (tenant_id, actor, key, request_hash, applied, flow_key, subject, revision, created_at)
      SELECT tenant_id, $14, $16, $18, true, $2, $3, $5, $8 FROM moved WHERE $16::text IS NOT NULL
    ), mirror AS (
      INSERT INTO foothold.auth0_mirror AS m (tenant_id, subject, wanted, due_at)
      SELECT tenant_id, $19, 1, $8 FROM moved WHERE $19 <> ''
      ON CONFLICT (tenant_id, subject) DO UPDATE SET wanted = m.wanted + 1,
        due_at = CASE WHEN m.wanted > m.mirrored THEN m.due_at ELSE excluded.due_at END
    ), mirror_of_tenant AS (
      INSERT INTO foothold.auth0_mirror_tenant AS m (tenant_id, wanted, due_at)
      SELECT tenant_id, 1, $8 FROM moved WHERE $3 = ''
      ON CONFLICT (tenant_id) DO UPDATE SET wanted = m.wanted + 1,
        due_at = CASE WHEN m.wanted > m.mirrored THEN m.due_at ELSE excluded.due_at END
    ), activated AS (
      UPDATE foothold.tenant t SET status = 'active', updated_at = $8
      FROM moved WHERE $20 AND t.tenant_id = moved.tenant_id AND t.status = 'draft'
      RETURNING t.tenant_id
    ), no_draft AS (
      DELETE FROM foothold.draft_owner d USING activated, foothold.member m
      WHERE $20 AND m.tenant_id = $1 AND m.role = 'owner' AND d.subject = m.subject AND d.tenant_id = m.tenant_id
    )
    SELECT tenant_id FROM moved`,
};

const STORE_OPERATION = {
  name: 'store_operation',
  text: `
    INSERT INTO foothold.operation (tenant_id, actor, key, request_hash, applied, flow_key, subject, revision, created_at)
    VALUES ($1, $2, $3, $4, false, $5, $6, $7, $8)`,
};

/** The edge to the tables of progress. It stores and reads; what may be stored is decided elsewhere. */
@Injectable()
export class ProgressRepository {
  constructor(private readonly database: Database) {}

  /** One round trip; undefined when the choice of tenant does not hold. Makes the rows on the person's first visit. */
  async read(choice: TenantChoice, subject: string, flow: Flow): Promise<StoredProgress | undefined> {
    const row = await this.readRow(choice, subject, flow);
    if (!row || isStored(row, flow)) return row && toProgress(choice.tenantId, flow.key, subject, row);
    await this.database.query(OPEN_PROGRESS, [
      choice.tenantId,
      subject,
      flow.key,
      flow.version,
      flow.has('tenant'),
      flow.has('member'),
      new Date(),
    ]);
    const opened = await this.readRow(choice, subject, flow);
    return opened && toProgress(choice.tenantId, flow.key, subject, opened);
  }

  /**
   * Begins the transaction, locks what a transition of `part` is judged on, and finds the operation stored under `key`:
   * one round trip. Undefined when the choice of tenant does not hold.
   */
  async lock(
    transaction: Transaction,
    choice: TenantChoice,
    subject: string,
    flow: Flow,
    part: StepScope,
    key: string | undefined,
  ): Promise<{ progress: StoredProgress; operation?: StoredOperation } | undefined> {
    const [row] = await transaction.call<LockedRow>('foothold.lock_progress', [
      choice.tenantId,
      subject,
      flow.key,
      flow.version,
      flow.has('tenant'),
      flow.has('member'),
      part,
      choice.isOnlyChoice,
      key ?? null,
      new Date().toISOString(),
    ]);
    if (!row?.is_the_choice) return undefined;
    const { operation_hash: requestHash, operation_applied: applied } = row;
    return {
      progress: toProgress(choice.tenantId, flow.key, subject, row),
      ...(requestHash !== null && applied !== null && { operation: { requestHash, applied } }),
    };
  }

  /** Stores an accepted transition. Throws when the row is not what it was judged on, which the locks rule out. */
  async write(transaction: Transaction, before: ProgressKey, change: ProgressChange): Promise<void> {
    const { part, operation } = change;
    const subject = part === 'tenant' ? '' : before.subject;
    const rows = await transaction.query(WRITE_TRANSITION, [
      before.tenantId,
      before.flowKey,
      subject,
      before.revisions[part],
      before.revisions[part] + 1,
      JSON.stringify(change.state.steps),
      JSON.stringify(change.state.data),
      change.recordedAt,
      before.revisions[part === 'tenant' ? 'member' : 'tenant'],
      before.flowVersion,
      change.action,
      change.step,
      JSON.stringify(change.effects),
      change.actor,
      change.actorKind,
      operation?.key ?? null,
      change.occurredAt ?? null,
      operation?.requestHash ?? null,
      before.subject,
      change.activatesDraft,
    ]);
    if (rows.length !== 1) throw new Error('The progress changed under its lock');
  }

  /** Remembers a no-op's outcome, so that its key answers the same also after a later reopen. */
  async storeNoOp(
    transaction: Transaction,
    progress: StoredProgress,
    part: StepScope,
    operation: { key: string; requestHash: string },
  ): Promise<void> {
    await transaction.query(STORE_OPERATION, [
      progress.tenantId,
      progress.subject,
      operation.key,
      operation.requestHash,
      progress.flowKey,
      part === 'tenant' ? '' : progress.subject,
      progress.revisions[part],
      new Date(),
    ]);
  }

  private async readRow(choice: TenantChoice, subject: string, flow: Flow): Promise<ProgressRow | undefined> {
    const values = [choice.tenantId, subject, flow.key, choice.isOnlyChoice];
    const [row] = await this.database.query<ProgressRow>(READ_PROGRESS, values);
    return row?.is_the_choice ? row : undefined;
  }
}

interface ProgressRow {
  readonly role: Role;
  readonly tenant_status: TenantStatus;
  readonly is_the_choice: boolean;
  readonly shared_version: number | null;
  readonly shared_revision: number | null;
  readonly shared_steps: PartState['steps'] | null;
  readonly shared_data: PartState['data'] | null;
  readonly shared_started_at: Date | null;
  readonly shared_updated_at: Date | null;
  readonly own_version: number | null;
  readonly own_revision: number | null;
  readonly own_steps: PartState['steps'] | null;
  readonly own_data: PartState['data'] | null;
  readonly own_started_at: Date | null;
  readonly own_updated_at: Date | null;
}

interface LockedRow extends ProgressRow {
  readonly operation_hash: string | null;
  readonly operation_applied: boolean | null;
}

const isStored = (row: ProgressRow, flow: Flow): boolean =>
  (row.shared_version !== null || !flow.has('tenant')) && (row.own_version !== null || !flow.has('member'));

const partState = (steps: PartState['steps'] | null, data: PartState['data'] | null): PartState =>
  steps && data ? { steps, data } : EMPTY_PART;

function toProgress(tenantId: string, flowKey: string, subject: string, row: ProgressRow): StoredProgress {
  const flowVersion = row.shared_version ?? row.own_version;
  const updatedAt = newest(row.shared_updated_at, row.own_updated_at);
  if (flowVersion === null || updatedAt === null) throw new Error('Progress was read before it was opened');
  return {
    tenantId,
    flowKey,
    subject,
    role: row.role,
    tenantStatus: row.tenant_status,
    flowVersion,
    state: {
      tenant: partState(row.shared_steps, row.shared_data),
      member: partState(row.own_steps, row.own_data),
    },
    revisions: { tenant: row.shared_revision ?? 0, member: row.own_revision ?? 0 },
    startedAt: oldest(row.shared_started_at, row.own_started_at),
    updatedAt,
  };
}

const newest = (a: Date | null, b: Date | null): Date | null => (a && b ? (a > b ? a : b) : (a ?? b));
const oldest = (a: Date | null, b: Date | null): Date | null => (a && b ? (a < b ? a : b) : (a ?? b));

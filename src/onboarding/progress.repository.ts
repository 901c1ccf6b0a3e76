import { Injectable } from '@nestjs/common';
import { isLostRace } from '../database/database-errors.js';
import { ChangeChannel } from '../database/change-channel.js';
import { Database } from '../database/database.js';
import type { Statement } from '../database/statement.js';
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
import { progressTopic } from './events/progress-topic.js';
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

/** What a transition is judged on. */
export interface JudgedProgress {
  readonly progress: StoredProgress;
  /** What the Idempotency-Key was used for before. */
  readonly operation?: StoredOperation;
}

/** The rows that a change is written to; of an event about the tenant's part, `subject` is '' and no person is meant. */
export type ProgressKey = Pick<StoredProgress, 'tenantId' | 'flowKey' | 'subject' | 'flowVersion' | 'revisions'>;

/** What one accepted transition writes. */
export interface ProgressChange {
  readonly part: StepScope;
  readonly state: PartState;
  /** It was judged on both parts, so the other one must not have moved either. */
  readonly isJudgedOnBoth: boolean;
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
  /** Steps that trusted systems are to act on from now on; undefined while they are the same as before. */
  readonly dueSteps?: readonly string[];
  /** Whether the mirror follows at once; else it waits a moment for what comes next. */
  readonly isMirroredAtOnce: boolean;
}

/** Several steps in a row cost one send to Auth0. */
const MIRROR_WINDOW_MS = 2_000;

const READ_PROGRESS = { name: 'read_progress', text: 'SELECT * FROM foothold.read_progress($1, $2, $3, $4, $5, $6)' };
const READ_FOR_TRANSITION = {
  name: 'read_for_transition',
  text: 'SELECT * FROM foothold.read_for_transition($1, $2, $3, $4, $5, $6, $7)',
};
const OPEN_PROGRESS = { name: 'open_progress', text: 'SELECT foothold.open_progress($1, $2, $3, $4, $5, $6, $7)' };
const APPLY_TRANSITION = {
  name: 'apply_transition',
  text: `SELECT foothold.apply_transition(
           $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22) AS done`,
};
const STORE_NO_OP = {
  name: 'store_no_op',
  text: 'SELECT foothold.store_no_op($1, $2, $3, $4, $5, $6, $7, $8) AS done',
};

/** The edge to the tables of progress. It stores and reads; what may be stored is decided elsewhere. */
@Injectable()
export class ProgressRepository {
  constructor(
    private readonly database: Database,
    private readonly changes: ChangeChannel,
  ) {}

  /** One round trip; undefined when the choice of tenant does not hold. Makes the rows on the person's first visit. */
  async read(choice: TenantChoice, subject: string, flow: Flow): Promise<StoredProgress | undefined> {
    const values = placeOf(choice, subject, flow);
    const rows = await this.openedRows<ProgressRow>(choice, subject, flow, READ_PROGRESS, values);
    return rows && toProgress(choice.tenantId, flow.key, subject, rows);
  }

  /** The same with the operation that is stored under `key`. */
  async readForTransition(
    choice: TenantChoice,
    subject: string,
    flow: Flow,
    key: string | undefined,
  ): Promise<JudgedProgress | undefined> {
    const values = [...placeOf(choice, subject, flow), key ?? null];
    const rows = await this.openedRows<TransitionRow>(choice, subject, flow, READ_FOR_TRANSITION, values);
    return rows && judgedProgress(choice, subject, flow, rows);
  }

  /** Makes the rows that the flow has for an active member, where they are missing. */
  async open({ tenantId }: TenantChoice, subject: string, flow: Flow, transaction?: Transaction): Promise<void> {
    const values = [tenantId, subject, flow.key, ...partsOf(flow, subject), flow.version, new Date()];
    await (transaction ?? this.database).query(OPEN_PROGRESS, values);
  }

  /** The same again, under a lock that keeps everybody else out until the transaction ends. Rows must have been opened. */
  async lock(
    transaction: Transaction,
    choice: TenantChoice,
    subject: string,
    flow: Flow,
    part: StepScope,
    key: string | undefined,
  ): Promise<JudgedProgress | undefined> {
    const moved = part === 'tenant' ? '' : subject;
    const values = [...placeOf(choice, subject, flow), key ?? null, moved];
    const rows = await transaction.call<TransitionRow>('foothold.lock_progress', values);
    return rows[0]?.is_the_choice ? judgedProgress(choice, subject, flow, rows) : undefined;
  }

  /**
   * Stores an accepted transition, all of it in one statement. False, and nothing is stored, when the progress is no
   * longer what it was judged on, or when the key was used meanwhile.
   * @param transaction where the progress is locked, so that neither can be; without one the statement is its own
   */
  async apply(before: ProgressKey, change: ProgressChange, transaction?: Transaction): Promise<boolean> {
    const { part, operation } = change;
    const values = [
      before.tenantId,
      before.subject,
      before.flowKey,
      part === 'tenant' ? '' : before.subject,
      before.revisions[part],
      before.revisions[part === 'tenant' ? 'member' : 'tenant'],
      change.isJudgedOnBoth,
      before.flowVersion,
      JSON.stringify(change.state.steps),
      JSON.stringify(change.state.data),
      JSON.stringify(change.effects),
      change.action,
      change.step,
      change.actor,
      change.actorKind,
      operation?.key ?? null,
      operation?.requestHash ?? null,
      change.occurredAt ?? null,
      change.recordedAt,
      change.activatesDraft,
      change.isMirroredAtOnce ? change.recordedAt : new Date(change.recordedAt.getTime() + MIRROR_WINDOW_MS),
      change.dueSteps ?? null,
    ];
    if (transaction) {
      const [row] = await transaction.query<{ done: boolean }>(APPLY_TRANSITION, values);
      if (!row?.done) throw new Error('The progress changed under its lock');
      transaction.afterCommit(() => this.announce(before, part));
      return true;
    }
    try {
      const [row] = await this.database.query<{ done: boolean }>(APPLY_TRANSITION, values);
      if (row?.done) this.announce(before, part);
      return row?.done === true;
    } catch (error) {
      if (isLostRace(error)) return false;
      throw error;
    }
  }

  private announce({ tenantId, flowKey, subject }: ProgressKey, part: StepScope): void {
    this.changes.announce(progressTopic(tenantId, flowKey, part === 'tenant' ? '' : subject));
  }

  /** Remembers how a no-op ended. False when the key was used meanwhile. */
  async storeNoOp(
    progress: StoredProgress,
    part: StepScope,
    operation: { readonly key: string; readonly requestHash: string },
    transaction?: Transaction,
  ): Promise<boolean> {
    const [row] = await (transaction ?? this.database).query<{ done: boolean }>(STORE_NO_OP, [
      progress.tenantId,
      progress.subject,
      operation.key,
      operation.requestHash,
      progress.flowKey,
      part === 'tenant' ? '' : progress.subject,
      progress.revisions[part],
      new Date(),
    ]);
    return row?.done === true;
  }

  /** Undefined when the choice of tenant does not hold; otherwise a row for each part of the flow. */
  private async openedRows<Row extends ProgressRow>(
    choice: TenantChoice,
    subject: string,
    flow: Flow,
    statement: Statement,
    values: readonly unknown[],
  ): Promise<Row[] | undefined> {
    const rows = await this.database.query<Row>(statement, values);
    if (!rows[0]?.is_the_choice) return undefined;
    if (rows.length === partCount(flow) && rows[0].part !== null) return rows;
    await this.open(choice, subject, flow);
    const opened = await this.database.query<Row>(statement, values);
    return opened[0]?.is_the_choice ? opened : undefined;
  }
}

/** One row for each part that is stored. */
interface ProgressRow {
  readonly role: Role;
  readonly tenant_status: TenantStatus;
  readonly is_the_choice: boolean;
  /** Null when no part is stored; '' is the tenant's. */
  readonly part: string | null;
  readonly flow_version: number;
  readonly revision: number;
  readonly steps: PartState['steps'];
  readonly data: PartState['data'];
  readonly started_at: Date | null;
  readonly updated_at: Date;
}

interface TransitionRow extends ProgressRow {
  readonly operation_hash: string | null;
  readonly operation_applied: boolean | null;
}

/** The parts that the flow has, as the functions take them: the shared one first, and a single one twice. */
const partsOf = (flow: Flow, subject: string): [string, string] => [
  flow.has('tenant') ? '' : subject,
  flow.has('member') ? subject : '',
];
const partCount = (flow: Flow): number => (hasBothParts(flow) ? 2 : 1);
export const hasBothParts = (flow: Flow): boolean => flow.has('tenant') && flow.has('member');

const placeOf = (choice: TenantChoice, subject: string, flow: Flow): Array<string | boolean | null> => [
  choice.tenantId,
  subject,
  flow.key,
  ...partsOf(flow, subject),
  choice.isOnlyChoice,
];

function judgedProgress(
  choice: TenantChoice,
  subject: string,
  flow: Flow,
  rows: readonly TransitionRow[],
): JudgedProgress {
  const progress = toProgress(choice.tenantId, flow.key, subject, rows);
  const { operation_hash: requestHash, operation_applied: applied } = rows[0] as TransitionRow;
  return requestHash !== null && applied !== null ? { progress, operation: { requestHash, applied } } : { progress };
}

const partState = (row: ProgressRow | undefined): PartState =>
  row ? { steps: row.steps, data: row.data } : EMPTY_PART;

function toProgress(tenantId: string, flowKey: string, subject: string, rows: readonly ProgressRow[]): StoredProgress {
  const shared = rows.find(({ part }) => part === '');
  const own = rows.find(({ part }) => part === subject);
  const leading = shared ?? own;
  if (!leading) throw new Error('Progress was read before it was opened');
  const other = shared && own ? own : leading;
  return {
    tenantId,
    flowKey,
    subject,
    role: leading.role,
    tenantStatus: leading.tenant_status,
    flowVersion: leading.flow_version,
    state: { tenant: partState(shared), member: partState(own) },
    revisions: { tenant: shared?.revision ?? 0, member: own?.revision ?? 0 },
    startedAt: oldest(leading.started_at, other.started_at),
    updatedAt: leading.updated_at > other.updated_at ? leading.updated_at : other.updated_at,
  };
}

const oldest = (a: Date | null, b: Date | null): Date | null => (a && b ? (a < b ? a : b) : (a ?? b));

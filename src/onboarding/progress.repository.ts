import { Injectable } from '@nestjs/common';
import { isLostRace } from '../database/database-errors.js';
import { ChangeChannel } from '../database/change-channel.js';
import { DatabaseClock } from '../database/database-clock.js';
import { Database } from '../database/database.js';
import { Lineage } from '../database/lineage.js';
import type { Statement } from '../database/statement.js';
import type { Transaction } from '../database/transaction.js';
import { haveSameParts, type CatalogFlow } from '../flow-catalog/catalog-flow.js';
import { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import type { Flow, StepScope } from '../flow/index.js';
import type { TenantChoice } from '../tenant/tenant.service.js';
import { progressTopic } from './events/progress-topic.js';
import {
  found,
  judgedProgress,
  leadingRow,
  toProgress,
  withUnopened,
  type Found,
  type ProgressRow,
  type TransitionRow,
} from './progress-row.js';
import {
  hasBothParts,
  type JudgedProgress,
  type ProgressChange,
  type ProgressKey,
  type StoredProgress,
} from './stored-progress.js';

/** Several steps in a row cost one send to Auth0. */
const MIRROR_WINDOW_MS = 2_000;

const READ_PROGRESS = {
  name: 'read_progress',
  text: 'SELECT * FROM foothold.read_progress_v2($1, $2, $3, $4, $5, $6)',
};
const READ_FOR_TRANSITION = {
  name: 'read_for_transition',
  text: 'SELECT * FROM foothold.read_for_transition_v2($1, $2, $3, $4, $5, $6, $7)',
};
const OPEN_PROGRESS = { name: 'open_progress', text: 'SELECT foothold.open_progress($1, $2, $3, $4, $5, $6, $7)' };
const APPLY_TRANSITION = {
  name: 'apply_transition',
  text: `SELECT foothold.apply_transition_v2(
           $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24) AS done`,
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
    private readonly clock: DatabaseClock,
    private readonly changes: ChangeChannel,
    private readonly catalog: FlowCatalog,
    private readonly lineage: Lineage,
  ) {}

  /**
   * One round trip; undefined when the choice of tenant does not hold. Makes the rows on the person's first visit, unless
   * the choice only reads: then they are as a first visit would make them.
   * @param flow this build's newest version, which opens new rows; stored rows may have another version
   * @throws Problem `flow_version_unavailable`
   */
  async read(choice: TenantChoice, subject: string, flow: CatalogFlow): Promise<StoredProgress | undefined> {
    const opened = await this.openedRows<ProgressRow>(choice, subject, flow, READ_PROGRESS, []);
    return opened && toProgress(opened.lineage, choice.tenantId, opened.flow, subject, opened.rows);
  }

  /** The same with the operation that is stored under `key`. */
  async readForTransition(
    choice: TenantChoice,
    subject: string,
    flow: CatalogFlow,
    key: string | undefined,
  ): Promise<JudgedProgress | undefined> {
    const opened = await this.openedRows<TransitionRow>(choice, subject, flow, READ_FOR_TRANSITION, [key ?? null]);
    return opened && judgedProgress(opened.lineage, choice, subject, opened.flow, opened.rows);
  }

  /** Makes the rows that the flow has for an active member, or for the tenant alone (''), where they are missing. */
  async open(
    { tenantId }: Pick<TenantChoice, 'tenantId'>,
    subject: string,
    flow: Flow,
    transaction?: Transaction,
  ): Promise<void> {
    const values = [tenantId, subject, flow.key, ...partsOf(flow, subject), flow.version, this.clock.date()];
    await (transaction ?? this.database).query(OPEN_PROGRESS, values);
  }

  /**
   * The same again, under a lock that keeps everybody else out until the transaction ends. Rows must have been opened.
   * @param actor whose key it is
   */
  async lock(
    transaction: Transaction,
    choice: TenantChoice,
    subject: string,
    flow: CatalogFlow,
    part: StepScope,
    key?: string,
    actor: string = subject,
  ): Promise<JudgedProgress | undefined> {
    const moved = part === 'tenant' ? '' : subject;
    const values = [...placeOf(choice, subject, flow), key ?? null, moved, actor];
    const rows = found(await transaction.call<Found<TransitionRow>>('foothold.lock_progress_v2', values));
    const { current: lineage } = this.lineage;
    if (!rows[0]?.is_the_choice) return undefined;
    const judgedBy = await this.versionOf(rows, subject, flow, transaction);
    if (haveSameParts(judgedBy, flow)) return judgedProgress(lineage, choice, subject, judgedBy, rows);
    return this.lock(transaction, choice, subject, judgedBy, part, key, actor);
  }

  /**
   * Stores an accepted transition, all of it in one statement. False, and nothing is stored, when the progress is no
   * longer what it was judged on, or when the key was used meanwhile.
   * @param at the transaction in which the progress is locked, so that neither can be; or, for a statement of its own, the
   *   lineage that the progress was read from
   * @throws LineageChangedError when another data set would get the statement
   */
  async apply(before: ProgressKey, change: ProgressChange, at: Transaction | string): Promise<boolean> {
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
      change.reason ?? null,
      change.impersonator ?? null,
    ];
    if (typeof at !== 'string') {
      const [row] = await at.query<{ done: boolean }>(APPLY_TRANSITION, values);
      if (!row?.done) throw new Error('The progress changed under its lock');
      at.afterCommit(() => this.announce(before, part));
      return true;
    }
    try {
      const [row] = await this.database.write<{ done: boolean }>(APPLY_TRANSITION, values, at);
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

  /** Remembers how a no-op ended. False when the key was used meanwhile, or the person is gone. */
  async storeNoOp(
    progress: StoredProgress,
    part: StepScope,
    actor: string,
    operation: { readonly key: string; readonly requestHash: string },
    transaction?: Transaction,
  ): Promise<boolean> {
    const values = [
      progress.tenantId,
      actor,
      operation.key,
      operation.requestHash,
      progress.flowKey,
      part === 'tenant' ? '' : progress.subject,
      progress.revisions[part],
      this.clock.date(),
    ];
    try {
      const [row] = transaction
        ? await transaction.query<{ done: boolean }>(STORE_NO_OP, values)
        : await this.database.write<{ done: boolean }>(STORE_NO_OP, values, progress.lineage);
      return row?.done === true;
    } catch (error) {
      if (!transaction && isLostRace(error)) return false;
      throw error;
    }
  }

  /**
   * Undefined when the choice of tenant does not hold; otherwise the version that the progress is judged by, and a row for
   * each of its parts.
   */
  private async openedRows<Row extends ProgressRow>(
    choice: TenantChoice,
    subject: string,
    flow: CatalogFlow,
    statement: Statement,
    more: readonly unknown[],
  ): Promise<{ readonly lineage: string; readonly flow: CatalogFlow; readonly rows: Row[] } | undefined> {
    const values = [...placeOf(choice, subject, flow), ...more];
    const read = async (): Promise<Row[]> => found(await this.database.read<Found<Row>>(statement, values));
    let rows = await read();
    let lineage = this.lineage.current;
    if (!rows[0]?.is_the_choice) return undefined;
    let judgedBy = rows[0].part === null ? flow : await this.versionOf(rows, subject, flow);
    if (haveSameParts(judgedBy, flow) && (rows.length < partCount(flow) || rows[0].part === null)) {
      if (choice.readsOnly) rows = withUnopened(rows, partsOf(flow, subject), flow.version, this.clock.date());
      else {
        await this.open(choice, subject, flow);
        rows = await read();
        lineage = this.lineage.current;
      }
      if (!rows[0]?.is_the_choice) return undefined;
      judgedBy = await this.versionOf(rows, subject, flow);
    }
    if (haveSameParts(judgedBy, flow)) return { lineage, flow: judgedBy, rows };
    // What was asked for are the parts of another version.
    return this.openedRows(choice, subject, judgedBy, statement, more);
  }

  private versionOf(
    rows: readonly ProgressRow[],
    subject: string,
    flow: CatalogFlow,
    transaction?: Transaction,
  ): CatalogFlow | Promise<CatalogFlow> {
    const { flow_version: version } = leadingRow(rows, subject);
    return version === flow.version ? flow : this.catalog.version(flow.key, version, transaction);
  }
}

/** The parts that the flow has, as the functions take them: the shared one first, and a single one twice. */
const partsOf = (flow: Flow, subject: string): [string, string] => [
  flow.has('tenant') ? '' : subject,
  flow.has('member') ? subject : '',
];
const partCount = (flow: Flow): number => (hasBothParts(flow) ? 2 : 1);

const placeOf = (choice: TenantChoice, subject: string, flow: Flow): Array<string | boolean | null> => [
  choice.tenantId,
  subject,
  flow.key,
  ...partsOf(flow, subject),
  choice.isOnlyChoice,
];

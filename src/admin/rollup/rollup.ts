import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import { UnitOfWork } from '../../database/unit-of-work.js';
import type { CatalogFlow } from '../../flow-catalog/catalog-flow.js';
import { FlowCatalog } from '../../flow-catalog/flow-catalog.js';
import type { StepScope } from '../../flow/index.js';
import { ALL_DAYS } from '../../maintenance/rollup-backlog.js';
import { fold, interleaved, type Cell, type Entry, type Folded } from './fold.js';
import {
  RollupRepository,
  type CellChange,
  type EntryRow,
  type GonePart,
  type PartRow,
  type RolledUp,
} from './rollup.repository.js';

/** Parts in one transaction: some 5 ms of folding, in which the process answers nobody. */
const BATCH = 200;

/** Whether a look found something to do; or so much that there may be more at once. */
export type Found = 'nothing' | 'some' | 'more';

/**
 * Brings positions and the funnel of a tenant up to its history, a batch at a time. Its promises:
 * - what was read of history and what was counted of it move in one transaction, so a crash loses and repeats nothing;
 * - one batch of a tenant at a time, whoever does it;
 * - it locks no row that a transition writes, so neither waits for the other.
 */
@Injectable()
export class Rollup {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: RollupRepository,
    private readonly catalog: FlowCatalog,
  ) {}

  /** One batch. What another process rolls up at the moment counts as nothing. */
  async step(tenantId: string): Promise<Found> {
    // Not within the transaction: it may look for them again.
    const unavailable = (await this.catalog.stillUnavailable()).map(({ flow, version }) => `${flow} ${version}`);
    return this.unitOfWork.run({ tenantId }, async (transaction) => {
      if (!(await this.repository.claim(transaction))) return 'nothing';
      const { parts, gone, isAll } = await this.repository.due(transaction, unavailable, BATCH);
      const ready = await this.ready(transaction, parts);
      await this.store(transaction, ready, gone);
      const counted = ready.length + gone.length > 0 ? 'some' : 'nothing';
      if (!isAll) return counted === 'some' ? 'more' : 'nothing';
      const followed = await this.follow(transaction);
      return followed === 'nothing' ? counted : followed;
    });
  }

  /** The tenant's part of a flow that has both changed: where its members stand depends on it. */
  private async follow(transaction: Transaction): Promise<Found> {
    let found: Found = 'nothing';
    for (const round of await this.repository.following(transaction)) {
      const followers = await this.repository.followers(transaction, round, BATCH);
      const able = new Set(await this.ready(transaction, followers));
      const stuck = followers.findIndex((row) => !able.has(row));
      const ready = stuck < 0 ? followers : followers.slice(0, stuck);
      await this.store(transaction, ready);
      const isEnd = stuck < 0 && followers.length < BATCH;
      // The round goes on later from a person whose version cannot be served.
      const last = isEnd ? null : (ready.at(-1)?.subject ?? round.following);
      if (last !== round.following) await this.repository.followed(transaction, round.flow_key, last);
      if (!isEnd && ready.length > 0) found = 'more';
      else if (found === 'nothing' && last !== round.following) found = 'some';
    }
    return found;
  }

  /** Those whose version this process can serve, once they and those of their history are loaded. */
  private async ready(transaction: Transaction, rows: readonly PartRow[]): Promise<PartRow[]> {
    for (const key of new Set(rows.map(({ flow_key: flowKey }) => flowKey))) {
      const ofFlow = rows.filter(({ flow_key: flowKey }) => flowKey === key);
      const entries = ofFlow.flatMap((row) => row.entries ?? []);
      const versions = [...ofFlow.map((row) => row.flow_version), ...entries.map(([, , version]) => version)];
      await this.catalog.available(key, versions, transaction);
    }
    return rows.filter((row) => this.catalog.known(row.flow_key, row.flow_version) !== undefined);
  }

  /** @param rows that are {@link ready} */
  private async store(
    transaction: Transaction,
    rows: readonly PartRow[],
    gone: readonly GonePart[] = [],
  ): Promise<void> {
    if (rows.length + gone.length === 0) return;
    const shared = new Map<string, Entry[]>();
    for (const row of rows.filter(({ subject }) => subject !== '')) {
      const { flow_key: key } = row;
      if (shared.has(key)) continue;
      const hasBoth = this.flowOf(row).has('tenant');
      const entries = hasBoth ? await this.repository.sharedHistory(transaction, key) : [];
      await this.catalog.available(
        key,
        entries.map(([, , version]) => version),
        transaction,
      );
      shared.set(key, entriesOf(entries, 'tenant'));
    }
    const parts = rows.map((row) => this.rollUp(row, shared.get(row.flow_key) ?? []));
    await this.repository.store(transaction, parts, changesOf(rows, parts), gone);
  }

  private flowOf({ flow_key: key, flow_version: version }: PartRow): CatalogFlow {
    const flow = this.catalog.known(key, version);
    if (!flow) throw new Error(`Version ${version} of ${key} was not loaded`);
    return flow;
  }

  private rollUp(row: PartRow, shared: readonly Entry[]): RolledUp {
    const { flow_key: flowKey, subject, revision } = row;
    const flow = this.flowOf(row);
    const scope: StepScope = subject === '' ? 'tenant' : 'member';
    const own = entriesOf(row.entries ?? [], scope);
    const newer = shared.filter((entry) => entry.revision > (row.shared_revision ?? 0));
    const position = fold({
      scope,
      before: row.folded ?? { openedAt: openedAt(row).toISOString() },
      entries: interleaved(own, newer),
      flow,
      flowAt: (version) => this.catalog.known(flowKey, version),
    });
    return {
      flowKey,
      subject,
      revision,
      sharedRevision: newer.at(-1)?.revision ?? row.shared_revision ?? 0,
      position,
      ...(scope === 'tenant' && flow.has('member') && { following: '' }),
    };
  }
}

const entriesOf = (rows: readonly EntryRow[], scope: StepScope): Entry[] =>
  rows.map(([revision, otherRevision, flowVersion, effects, recordedAt]) => ({
    scope,
    revision,
    otherRevision,
    flowVersion,
    effects,
    recordedAt: new Date(recordedAt).toISOString(),
  }));

/** Of what was opened before that was noted, the first thing that is known. */
const openedAt = ({ opened_at, started_at, updated_at }: PartRow): Date => opened_at ?? started_at ?? updated_at;

/** What the funnel gains and loses, by cell: each on its day, and among all days. */
function changesOf(rows: readonly PartRow[], parts: readonly RolledUp[]): CellChange[] {
  const changes = new Map<string, CellChange>();
  const count = (flowKey: string, folded: Folded | null, by: 1 | -1): void => {
    for (const [day, ...rest] of folded?.cells ?? []) {
      for (const cell of [
        [day, ...rest],
        [ALL_DAYS, ...rest],
      ] satisfies Cell[]) {
        const name = nameOf(flowKey, cell);
        changes.set(name, { flowKey, cell, parts: (changes.get(name)?.parts ?? 0) + by });
      }
    }
  };
  rows.forEach(({ flow_key, folded }, index) => {
    count(flow_key, folded, -1);
    count(flow_key, (parts[index] as RolledUp).position.folded, 1);
  });
  return [...changes.values()].filter(({ parts: change }) => change !== 0);
}

const nameOf = (flowKey: string, [day, step, outcome, bucket]: Cell): string =>
  `${flowKey}|${day}|${step}|${outcome}|${bucket}`;

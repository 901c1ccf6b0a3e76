import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import { UnitOfWork } from '../../database/unit-of-work.js';
import { FlowCatalog } from '../../flow-catalog/flow-catalog.js';
import type { StepScope } from '../../flow/index.js';
import { ALL_DAYS } from '../../maintenance/rollup-backlog.js';
import { fold, interleaved, type Cell, type Entry, type Folded } from './fold.js';
import { RollupRepository, type CellChange, type EntryRow, type PartRow, type RolledUp } from './rollup.repository.js';

/** Parts in one transaction: some 5 ms of folding, in which the process answers nobody. */
const BATCH = 200;

/**
 * Brings positions and the funnel of a tenant up to its history, a batch at a time. Its promises:
 * - what was read of history and what was counted of it move in one transaction, so a crash loses and repeats nothing;
 * - one batch of a tenant at a time, whoever does it;
 * - a transition waits for it as long as a COMMIT takes, at most.
 */
@Injectable()
export class Rollup {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: RollupRepository,
    private readonly catalog: FlowCatalog,
  ) {}

  /** Returns how many parts were brought up to date; 0 when there is nothing to do, or somebody else does it. */
  step(tenantId: string): Promise<number> {
    return this.unitOfWork.run({ tenantId }, async (transaction) => {
      if (!(await this.repository.claim(transaction))) return 0;
      const versions = this.catalog.all().map(({ key, version }) => `${key} ${version}`);
      const due = await this.repository.due(transaction, versions, BATCH);
      if (due.length > 0) {
        await this.store(transaction, due);
        return due.length;
      }
      return this.follow(transaction);
    });
  }

  /** The tenant's part of a flow that has both changed: where its members stand depends on it. */
  private async follow(transaction: Transaction): Promise<number> {
    let followed = 0;
    for (const round of await this.repository.following(transaction)) {
      const followers = await this.repository.followers(transaction, round, BATCH);
      await this.store(transaction, followers);
      const last = followers.length < BATCH ? null : (followers.at(-1) as PartRow).subject;
      await this.repository.followed(transaction, round.flow_key, last);
      followed += followers.length + 1;
    }
    return followed;
  }

  private async store(transaction: Transaction, rows: readonly PartRow[]): Promise<void> {
    if (rows.length === 0) return;
    const shared = new Map<string, Entry[]>();
    for (const { flow_key: key } of rows.filter(({ subject }) => subject !== '')) {
      if (shared.has(key)) continue;
      const hasBoth = this.catalog.flow(key).has('tenant');
      shared.set(key, hasBoth ? entriesOf(await this.repository.sharedHistory(transaction, key), 'tenant') : []);
    }
    const parts = rows.map((row) => this.rollUp(row, shared.get(row.flow_key) ?? []));
    await this.repository.store(transaction, parts, changesOf(rows, parts));
  }

  private rollUp(row: PartRow, shared: readonly Entry[]): RolledUp {
    const { flow_key: flowKey, subject, revision } = row;
    const flow = this.catalog.version(flowKey, row.flow_version);
    const scope: StepScope = subject === '' ? 'tenant' : 'member';
    const own = entriesOf(row.entries ?? [], scope);
    const newer = shared.filter((entry) => entry.revision > (row.shared_revision ?? 0));
    const position = fold({
      scope,
      before: row.folded ?? { openedAt: openedAt(row).toISOString() },
      entries: interleaved(own, newer),
      flow,
      flowAt: (version) => this.catalog.versionsOf(flowKey).find(({ version: has }) => has === version),
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

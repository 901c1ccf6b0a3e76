import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/transaction.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Effect } from '../flow/index.js';
import type { ActorKind } from './actor-kind.js';
import type { ProgressKey } from './stored-progress.js';

export interface HistoryRow {
  readonly subject: string;
  readonly revision: number;
  readonly flow_version: number;
  readonly action: string;
  readonly step: string;
  readonly effects: Effect[];
  readonly actor: string;
  readonly actor_kind: ActorKind;
  readonly impersonator: string | null;
  readonly reason: string | null;
  readonly client_time: Date | null;
  readonly recorded_at: Date;
}

/** Whose history of which flow. */
export type HistoryKey = Pick<ProgressKey, 'tenantId' | 'flowKey' | 'subject'>;

/** Where a page ended: the next one holds what is older. */
export interface HistoryPosition {
  readonly recordedAt: Date;
  readonly subject: string;
  readonly revision: number;
}

/**
 * Two parts, each in the order of its primary key, merged by time. Within a part time never runs against revision (the
 * writer sees to that), so each branch reads no more rows than the page has.
 */
const branch = (subject: string): string => `
  (SELECT subject, revision, flow_version, action, step, effects, actor, actor_kind, impersonator, reason, client_time,
     recorded_at
   FROM foothold.onboarding_history
   WHERE tenant_id = $1 AND flow_key = $2 AND subject = ${subject}
     AND ($4::timestamptz IS NULL OR (recorded_at, subject, revision) < ($4, $5, $6))
   ORDER BY revision DESC LIMIT $7)`;

const PAGE = {
  name: 'history_page',
  text: `SELECT * FROM (${branch(`''`)} UNION ALL ${branch('$3')}) AS page
         ORDER BY recorded_at DESC, subject DESC, revision DESC LIMIT $7`,
};

@Injectable()
export class HistoryRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * Newest first, the shared part's entries included; at most `limit` rows older than `before`.
   * @param transaction of the same tenant, to be part of it
   */
  page(
    { tenantId, flowKey, subject }: HistoryKey,
    limit: number,
    before?: HistoryPosition,
    transaction?: Transaction,
  ): Promise<HistoryRow[]> {
    const position = before ? [before.recordedAt, before.subject, before.revision] : [null, null, null];
    const values = [tenantId, flowKey, subject, ...position, limit];
    if (transaction) return transaction.query<HistoryRow>(PAGE, values);
    return this.unitOfWork.run({ tenantId }, (own) => own.query<HistoryRow>(PAGE, values));
  }
}

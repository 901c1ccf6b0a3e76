import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/transaction.js';
import { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import { decodeCursor, pageOf, parseLimit, type PageQuery } from '../http/page.js';
import type { PersonInTenant } from '../tenant/tenant-selector.js';
import type { HistoryPageDto } from './dto/history.dto.js';
import { HistoryRepository, type HistoryKey, type HistoryPosition, type HistoryRow } from './history.repository.js';
import { OnboardingService } from './onboarding.service.js';

/** What happened to a person's progress, newest first. */
@Injectable()
export class HistoryService {
  constructor(
    private readonly catalog: FlowCatalog,
    private readonly onboarding: OnboardingService,
    private readonly history: HistoryRepository,
  ) {}

  async page(person: PersonInTenant, flowKey: string, query: PageQuery): Promise<HistoryPageDto> {
    // What is wrong with the query is said before anything is read.
    const page = this.pageAt(query, person.subject);
    return page(await this.onboarding.read(person, await this.catalog.flow(flowKey)));
  }

  /** The page of somebody else's, inside the transaction of whoever proved that they may look. */
  pageFor(transaction: Transaction, key: HistoryKey, query: PageQuery): Promise<HistoryPageDto> {
    return this.pageAt(query, key.subject)(key, transaction);
  }

  private pageAt(query: PageQuery, subject: string) {
    const limit = parseLimit(query.limit);
    const before = positionAt(query.cursor, subject);
    return async (key: HistoryKey, transaction?: Transaction): Promise<HistoryPageDto> =>
      pageOf(await this.history.page(key, limit + 1, before, transaction), limit, entryOf, positionOf);
  }
}

function entryOf(row: HistoryRow): HistoryPageDto['items'][number] {
  return {
    part: partOf(row.subject),
    revision: row.revision,
    flowVersion: row.flow_version,
    action: row.action,
    step: row.step,
    effects: row.effects,
    actor: row.actor,
    actorKind: row.actor_kind,
    impersonator: row.impersonator,
    reason: row.reason,
    occurredAt: row.client_time?.toISOString() ?? null,
    recordedAt: row.recorded_at.toISOString(),
  };
}

const partOf = (subject: string): 'tenant' | 'member' => (subject === '' ? 'tenant' : 'member');

const positionOf = ({ recorded_at, revision, subject }: HistoryRow): string =>
  `${recorded_at.getTime()}.${revision}.${partOf(subject)}`;

const POSITION = /^(?<time>\d{1,13})\.(?<revision>\d{1,9})\.(?<part>tenant|member)$/;

function positionAt(cursor: string | undefined, subject: string): HistoryPosition | undefined {
  const at = decodeCursor(cursor, POSITION);
  return (
    at && {
      recordedAt: new Date(Number(at['time'])),
      revision: Number(at['revision']),
      subject: at['part'] === 'tenant' ? '' : subject,
    }
  );
}

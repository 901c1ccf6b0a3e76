import { Injectable } from '@nestjs/common';
import { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import { invalidRequest } from '../http/problem.js';
import type { PersonInTenant } from '../tenant/tenant-selector.js';
import type { HistoryPageDto } from './dto/history.dto.js';
import { HistoryRepository, type HistoryPosition, type HistoryRow } from './history.repository.js';
import { OnboardingService } from './onboarding.service.js';

const DEFAULT_LIMIT = 50;
const MAXIMUM_LIMIT = 200;

/** What happened to a person's progress, newest first. */
@Injectable()
export class HistoryService {
  constructor(
    private readonly catalog: FlowCatalog,
    private readonly onboarding: OnboardingService,
    private readonly history: HistoryRepository,
  ) {}

  async page(person: PersonInTenant, flowKey: string, limitText?: string, cursor?: string): Promise<HistoryPageDto> {
    const limit = parseLimit(limitText);
    const before = cursor === undefined ? undefined : decodeCursor(cursor);
    const progress = await this.onboarding.read(person, this.catalog.flow(flowKey));
    // One row more than asked tells whether there is a next page.
    const rows = await this.history.page(progress, limit + 1, before);
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return { items: rows.slice(0, limit).map(entryOf), nextCursor: last ? encodeCursor(last) : null };
  }
}

function entryOf(row: HistoryRow): HistoryPageDto['items'][number] {
  return {
    part: row.subject === '' ? 'tenant' : 'member',
    revision: row.revision,
    flowVersion: row.flow_version,
    action: row.action,
    step: row.step,
    effects: row.effects,
    actor: row.actor,
    actorKind: row.actor_kind,
    reason: row.reason,
    occurredAt: row.client_time?.toISOString() ?? null,
    recordedAt: row.recorded_at.toISOString(),
  };
}

function parseLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAXIMUM_LIMIT) return limit;
  throw invalidRequest([{ path: 'limit', message: `expected a whole number from 1 to ${MAXIMUM_LIMIT}` }]);
}

/** Opaque to callers, so that what a page is ordered by can change. */
const encodeCursor = ({ recorded_at, subject, revision }: HistoryRow): string =>
  Buffer.from(JSON.stringify([recorded_at.toISOString(), revision, subject])).toString('base64url');

function decodeCursor(cursor: string): HistoryPosition {
  try {
    const [time, revision, subject] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const recordedAt = new Date(typeof time === 'string' ? time : Number.NaN);
    if (!Number.isNaN(recordedAt.getTime()) && Number.isInteger(revision) && typeof subject === 'string') {
      return { recordedAt, revision: revision as number, subject };
    }
  } catch {
    // Falls through to the one refusal below.
  }
  throw invalidRequest([{ path: 'cursor', message: 'expected the nextCursor of an earlier page' }]);
}

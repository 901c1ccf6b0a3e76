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
    const before = cursor === undefined ? undefined : decodeCursor(cursor, person.subject);
    const progress = await this.onboarding.read(person, this.catalog.flow(flowKey));
    // One row more than asked tells whether there is a next page.
    const rows = await this.history.page(progress, limit + 1, before);
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return { items: rows.slice(0, limit).map(entryOf), nextCursor: last ? encodeCursor(last) : null };
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
    reason: row.reason,
    occurredAt: row.client_time?.toISOString() ?? null,
    recordedAt: row.recorded_at.toISOString(),
  };
}

const partOf = (subject: string): 'tenant' | 'member' => (subject === '' ? 'tenant' : 'member');

function parseLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAXIMUM_LIMIT) return limit;
  throw invalidRequest([{ path: 'limit', message: `expected a whole number from 1 to ${MAXIMUM_LIMIT}` }]);
}

/** Opaque to callers, so that what a page is ordered by can change. */
const encodeCursor = ({ recorded_at, revision, subject }: HistoryRow): string =>
  Buffer.from(`${recorded_at.getTime()}.${revision}.${partOf(subject)}`).toString('base64url');

/** Bounded, so that nothing a caller makes up is more than PostgreSQL can compare with. */
const CURSOR = /^(?<time>\d{1,13})\.(?<revision>\d{1,9})\.(?<part>tenant|member)$/;

function decodeCursor(cursor: string, subject: string): HistoryPosition {
  const { time, revision, part } = CURSOR.exec(Buffer.from(cursor, 'base64url').toString())?.groups ?? {};
  if (part === undefined)
    throw invalidRequest([{ path: 'cursor', message: 'expected the nextCursor of an earlier page' }]);
  return { recordedAt: new Date(Number(time)), revision: Number(revision), subject: part === 'tenant' ? '' : subject };
}

import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { IDENTIFIER } from '../../auth/identifier.js';
import type { Principal } from '../../auth/principal.js';
import { DatabaseClock } from '../../database/database-clock.js';
import type { Transaction } from '../../database/transaction.js';
import { FlowCatalog } from '../../flow-catalog/flow-catalog.js';
import type { UnavailableVersion } from '../../flow-catalog/version-unavailable.js';
import { FLOW_STATUSES, type Flow } from '../../flow/index.js';
import { parseOneOf } from '../../http/one-of.js';
import { decodeCursor, pageOf, parseLimit, type PageQuery } from '../../http/page.js';
import { TenantAdministration } from '../../tenant/administration/tenant-administration.js';
import { findStepKey } from '../step-keys.js';
import type { PeopleInFlowPageDto, PersonInFlowDto } from './dto/people.dto.js';
import { parseDuration } from './duration.js';
import { PeopleRepository, type PeopleFilter, type PeoplePosition, type PersonRow } from './people.repository.js';

export interface PeopleQuery extends PageQuery {
  readonly status?: string | undefined;
  readonly step?: string | undefined;
  readonly stuckFor?: string | undefined;
}

const REMEMBERED_TENANTS = 1_000;
const USED_VERSIONS_MS = 10_000;

/** Where the people of a tenant stand in a flow. */
@Injectable()
export class PeopleService {
  /** Finding them reads every part of a flow in a tenant, which not each page of a list may cost. */
  private readonly usedVersions = new LRUCache<string, ReadonlySet<number>>({
    max: REMEMBERED_TENANTS,
    ttl: USED_VERSIONS_MS,
  });

  constructor(
    private readonly clock: DatabaseClock,
    private readonly administration: TenantAdministration,
    private readonly catalog: FlowCatalog,
    private readonly people: PeopleRepository,
  ) {}

  async page(caller: Principal, tenantId: string, flowKey: string, query: PeopleQuery): Promise<PeopleInFlowPageDto> {
    const flow = await this.catalog.flow(flowKey);
    const limit = parseLimit(query.limit);
    const filter = await this.filterOf(flow, query);
    const after = positionAt(query.cursor);
    return this.administration.run(caller, tenantId, { changes: false }, async ({ transaction }) => {
      const rows = await this.people.page(transaction, filter, flow.has('member'), limit + 1, after);
      const unavailable = await this.unavailableIn(transaction, flow.key);
      return { ...pageOf(rows, limit, personInFlow, positionOf), unavailable };
    });
  }

  /** Versions that people of the tenant are on, and whose rules no process like this one can follow. */
  private async unavailableIn(transaction: Transaction, flowKey: string): Promise<UnavailableVersion[]> {
    const unavailable = this.catalog.unavailable(flowKey);
    if (unavailable.length === 0) return [];
    const versions = unavailable.map(({ version }) => version);
    const place = [transaction.tenantId, flowKey, ...versions].join(' ');
    let used = this.usedVersions.get(place);
    if (!used) this.usedVersions.set(place, (used = await this.people.usedVersions(transaction, flowKey, versions)));
    return unavailable.filter(({ version }) => used.has(version));
  }

  private async filterOf(flow: Flow, { status, step, stuckFor }: PeopleQuery): Promise<PeopleFilter> {
    return {
      flowKey: flow.key,
      status: parseOneOf(FLOW_STATUSES, status, 'status'),
      step: step === undefined ? undefined : await findStepKey(this.catalog, flow.key, step, 'step'),
      stuckSince: stuckFor === undefined ? undefined : this.clock.in(-parseDuration(stuckFor, 'stuckFor')),
    };
  }
}

const personInFlow = ({ since, ...person }: PersonRow): PersonInFlowDto => ({ ...person, since: since.toISOString() });

const positionOf = ({ since, subject }: PersonRow): string => `${since.getTime()}.${subject}`;

const POSITION = new RegExp(`^(?<since>\\d{1,13})\\.(?<subject>${IDENTIFIER})$`, 'u');

function positionAt(cursor: string | undefined): PeoplePosition | undefined {
  const at = decodeCursor(cursor, POSITION);
  return at && { since: new Date(Number(at['since'])), subject: at['subject'] as string };
}

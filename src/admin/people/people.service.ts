import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import { FlowCatalog } from '../../flow-catalog/flow-catalog.js';
import { stepKeyOf, type Flow, type FlowStatus } from '../../flow/index.js';
import { decodeCursor, pageOf, parseLimit, type PageQuery } from '../../http/page.js';
import { invalidRequest } from '../../http/problem.js';
import { TenantAdministration } from '../../tenant/administration/tenant-administration.js';
import { FLOW_STATUSES, type PeopleInFlowPageDto, type PersonInFlowDto } from './dto/people.dto.js';
import { parseDuration } from './duration.js';
import { PeopleRepository, type PeopleFilter, type PeoplePosition, type PersonRow } from './people.repository.js';

export interface PeopleQuery extends PageQuery {
  readonly status?: string | undefined;
  readonly step?: string | undefined;
  readonly stuckFor?: string | undefined;
}

/** Where the people of a tenant stand in a flow. */
@Injectable()
export class PeopleService {
  constructor(
    private readonly administration: TenantAdministration,
    private readonly catalog: FlowCatalog,
    private readonly people: PeopleRepository,
  ) {}

  page(caller: Principal, tenantId: string, flowKey: string, query: PeopleQuery): Promise<PeopleInFlowPageDto> {
    const flow = this.catalog.flow(flowKey);
    const limit = parseLimit(query.limit);
    const filter = this.filterOf(flow, query);
    const after = positionAt(query.cursor);
    return this.administration.run(caller, tenantId, { changes: false }, async ({ transaction }) => {
      const rows = await this.people.page(transaction, filter, flow.has('member'), limit + 1, after);
      return pageOf(rows, limit, personInFlow, positionOf);
    });
  }

  private filterOf(flow: Flow, { status, step, stuckFor }: PeopleQuery): PeopleFilter {
    return {
      flowKey: flow.key,
      status: status === undefined ? undefined : parseStatus(status),
      step: step === undefined ? undefined : this.parseStep(flow.key, step),
      stuckSince: stuckFor === undefined ? undefined : new Date(Date.now() - parseDuration(stuckFor, 'stuckFor')),
    };
  }

  /** Of any version: somebody may still be on the way through an older one. */
  private parseStep(flowKey: string, written: string): string {
    const versions = this.catalog.all().filter(({ key }) => key === flowKey);
    const key = typeof written === 'string' && versions.map((flow) => stepKeyOf(flow, written)).find(Boolean);
    if (key) return key;
    const known = new Set(versions.flatMap(({ definition }) => definition.steps.map((step) => step.key)));
    throw invalidRequest([{ path: 'step', message: `expected one of ${[...known].join(', ')}` }]);
  }
}

function parseStatus(text: string): FlowStatus {
  const status = FLOW_STATUSES.find((known) => known === text);
  if (status) return status;
  throw invalidRequest([{ path: 'status', message: `expected one of ${FLOW_STATUSES.join(', ')}` }]);
}

const personInFlow = ({ since, ...person }: PersonRow): PersonInFlowDto => ({ ...person, since: since.toISOString() });

const positionOf = ({ since, subject }: PersonRow): string => `${since.getTime()}.${subject}`;

const POSITION = /^(?<since>\d{1,13})\.(?<subject>[^\p{Cc}\p{Cs}]{1,255})$/u;

function positionAt(cursor: string | undefined): PeoplePosition | undefined {
  const at = decodeCursor(cursor, POSITION);
  return at && { since: new Date(Number(at['since'])), subject: at['subject'] as string };
}

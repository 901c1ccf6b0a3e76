import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import { FlowCatalog } from '../../flow-catalog/flow-catalog.js';
import { EMPTY_PART, viewOf, type Flow, type PartState } from '../../flow/index.js';
import { parseOneOf } from '../../http/one-of.js';
import { TenantAdministration, type Administration } from '../../tenant/administration/tenant-administration.js';
import { ExportLimit } from '../export-limit.js';
import { stepKeysOf } from '../step-keys.js';
import { exportedPerson, EXPORT_FORMATS, EXPORT_WRITERS, type ExportedPerson } from './exported-person.js';
import { ExportRepository, type ExportedMember, type StoredPart } from './export.repository.js';

/** What is in memory at once. */
const PEOPLE_PER_PAGE = 500;

export interface Export {
  readonly contentType: string;
  readonly fileName: string;
  readonly content: Readable;
}

/**
 * Everybody's progress in one flow, as a stream that reads on only as fast as it is taken. Each page is a transaction of
 * its own, in which the caller is proven to be an admin still: nobody is told twice, and a download may take its time.
 */
@Injectable()
export class ExportService {
  constructor(
    private readonly administration: TenantAdministration,
    private readonly catalog: FlowCatalog,
    private readonly repository: ExportRepository,
    private readonly limit: ExportLimit,
  ) {}

  /**
   * Refuses before the first byte; what fails later ends the stream before its end.
   * @throws Problem `unknown_flow`, or `rate_limited` when the caller has two exports under way
   */
  open(caller: Principal, tenantId: string, flowKey: string, written?: string): Promise<Export> {
    return this.limit.within(caller, () => this.start(caller, tenantId, flowKey, written));
  }

  private async start(caller: Principal, tenantId: string, flowKey: string, written?: string): Promise<Export> {
    const flow = await this.catalog.flow(flowKey);
    const format = parseOneOf(EXPORT_FORMATS, written, 'format') ?? 'ndjson';
    const first = await this.administration.run(caller, tenantId, { changes: false }, async (administration) => {
      await administration.record({ action: 'people_exported', detail: { flow: flow.key, format } });
      return this.page(administration, flow, '');
    });
    const pageAfter = (after: string): Promise<ExportedPerson[]> =>
      this.administration.run(caller, tenantId, { changes: false }, (administration) =>
        this.page(administration, flow, after),
      );
    const { contentType, head, line } = EXPORT_WRITERS[format];
    // Columns of steps that only another build's version has come from the database.
    const steps = stepKeysOf(await this.catalog.versionsOf(flow.key));
    async function* text(): AsyncGenerator<string> {
      yield head(steps);
      for (let page = first; page.length > 0;) {
        yield page.map((person) => line(person, steps)).join('');
        if (page.length < PEOPLE_PER_PAGE) return;
        page = await pageAfter((page.at(-1) as ExportedPerson).subject);
      }
    }
    return { contentType, fileName: `${flow.key}.${format}`, content: Readable.from(text(), { objectMode: false }) };
  }

  private async page({ transaction }: Administration, newest: Flow, after: string): Promise<ExportedPerson[]> {
    const { key } = newest;
    const shared = await this.repository.sharedPart(transaction, key);
    const ofShared = await this.catalog.available(key, shared ? [shared.flow_version] : [], transaction);
    const flow = (shared && ofShared.get(shared.flow_version)) ?? newest;
    if (flow.has('member')) {
      const leads = shared && flow.has('tenant') ? shared : undefined;
      const members = await this.repository.membersWithParts(transaction, key, after, PEOPLE_PER_PAGE);
      const versions = leads ? ofShared : await this.catalog.available(key, members.map(versionOf), transaction);
      return members.map((member) => personOf(versions, member, leads, member));
    }
    // Nobody has opened it.
    if (!shared) return [];
    const members = await this.repository.members(transaction, after, PEOPLE_PER_PAGE);
    return members.map((member) => personOf(ofShared, member, shared, undefined));
  }
}

const versionOf = ({ flow_version: version }: StoredPart): number => version;

/** @param versions that can be served: of a person on another one the export tells only that */
function personOf(
  versions: ReadonlyMap<number, Flow>,
  { subject, role }: ExportedMember,
  shared: StoredPart | undefined,
  own: StoredPart | undefined,
): ExportedPerson {
  const flow = versions.get(versionOf((shared ?? own) as StoredPart));
  const startedAt = [shared?.started_at, own?.started_at].filter((time) => time instanceof Date);
  const updatedAt = [shared?.updated_at, own?.updated_at].filter((time) => time instanceof Date);
  const times = {
    startedAt: startedAt.length > 0 ? new Date(Math.min(...startedAt.map(Number))) : null,
    updatedAt: new Date(Math.max(...updatedAt.map(Number))),
  };
  const state = { tenant: stateOf(shared), member: stateOf(own) };
  return exportedPerson({ subject, role, ...times }, flow && viewOf(flow, state, { subject, role, kind: 'member' }));
}

const stateOf = (part: StoredPart | undefined): PartState =>
  part ? { steps: part.steps, data: part.data } : EMPTY_PART;

import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import { MirrorInspection, type LiveMirror } from '../../auth0-sync/mirror-inspection.js';
import { Lineage } from '../../database/lineage.js';
import type { Transaction } from '../../database/transaction.js';
import { FlowCatalog } from '../../flow-catalog/flow-catalog.js';
import type { CatalogFlow } from '../../flow-catalog/catalog-flow.js';
import type { PageQuery } from '../../http/page.js';
import { HistoryService } from '../../onboarding/history.service.js';
import { taggedView } from '../../onboarding/onboarding-view.js';
import { leadingRow, toProgress } from '../../onboarding/progress-row.js';
import { TenantAdministration } from '../../tenant/administration/tenant-administration.js';
import { Tombstones } from '../../tenant/erasure/tombstones.js';
import { memberNotFound } from '../../tenant/tenant-problems.js';
import type { TenantRow } from '../../tenant/tenants/tenant-view.js';
import type { MemberInFlow } from '../member-in-flow.js';
import type { Evidence } from './difference.js';
import type { ExplanationDto } from './explain.dto.js';
import { explanationOf } from './explanation.js';
import { MemberRecordRepository, type MemberRecord } from './member-record.repository.js';

const ERASED = {
  role: null,
  status: 'erased',
  joined_at: null,
  parts: [],
  moved_at: null,
  moved_revision: null,
} as const satisfies Omit<MemberRecord, 'erased_at'>;

export interface TaggedExplanation {
  readonly explanation: ExplanationDto;
  /** Of the view, for a transition's `If-Match`; undefined where there is no view. */
  readonly etag: string | undefined;
}

interface StoredRecord {
  readonly member: MemberRecord;
  readonly tenant: TenantRow;
  readonly readAt: Date;
  /** Of the data when it was read. */
  readonly lineage: string;
}

/** Why does this person see this? What every level holds of them, side by side. */
@Injectable()
export class ExplainService {
  constructor(
    private readonly administration: TenantAdministration,
    private readonly catalog: FlowCatalog,
    private readonly members: MemberRecordRepository,
    private readonly history: HistoryService,
    private readonly mirrors: MirrorInspection,
    private readonly lineage: Lineage,
    private readonly tombstones: Tombstones,
  ) {}

  /** @param looksAtAuth0 whether to spend one call on what Auth0 holds now */
  async explain(
    caller: Principal,
    { tenantId, flow: flowKey, subject }: MemberInFlow,
    looksAtAuth0: boolean,
    page: PageQuery,
  ): Promise<TaggedExplanation> {
    const newest = await this.catalog.flow(flowKey);
    const stored = await this.administration.run(
      caller,
      tenantId,
      { changes: false },
      async ({ transaction, tenant }) => ({
        readAt: transaction.now(),
        lineage: this.lineage.current,
        tenant,
        member: await this.memberIn(transaction, newest, subject),
        mirror: await this.mirrors.record(transaction, subject),
        history: await this.history.pageFor(transaction, { tenantId, flowKey: newest.key, subject }, page),
      }),
    );
    const live = looksAtAuth0 ? await this.mirrors.live(tenantId, subject) : undefined;
    const seen = await this.seenBy(stored, newest, subject);
    const mirroredBy = await this.versionIn(live, newest);
    const evidence = { ...seen, mirror: stored.mirror, live, mirroredBy };
    return { explanation: explanationOf(evidence, stored, subject), etag: seen.etag };
  }

  private async memberIn(transaction: Transaction, { key }: CatalogFlow, subject: string): Promise<MemberRecord> {
    const member = await this.members.find(transaction, key, subject);
    if (member) return member;
    const tombstone = await this.tombstones.inTenant(transaction, subject);
    if (!tombstone) throw memberNotFound();
    return { ...ERASED, erased_at: tombstone.erasedAt };
  }

  /** The database's level: what the person is answered, were they to ask now. */
  private async seenBy(
    { member, tenant: { tenant_id: tenantId, status: tenantStatus }, readAt, lineage }: StoredRecord,
    newest: CatalogFlow,
    subject: string,
  ): Promise<Omit<Evidence, 'mirror' | 'live'> & { readonly etag: string | undefined }> {
    const { parts, status: memberStatus, erased_at: erasedAt, moved_at: at, moved_revision: revision } = member;
    const lastMove = at && revision !== null ? { at, revision } : undefined;
    const known = { tenantStatus, memberStatus, erasedAt, lineage, lastMove };
    const nothing = { flow: newest, progress: undefined, view: undefined, etag: undefined };
    if (parts.length === 0) return { ...known, ...nothing, unavailableVersion: undefined };
    const { flow_version: version } = leadingRow(parts, subject);
    const flow = (await this.catalog.available(newest.key, [version])).get(version);
    if (!flow) return { ...known, ...nothing, unavailableVersion: version };
    const progress = toProgress(lineage, tenantId, flow, subject, parts);
    return { ...known, flow, unavailableVersion: undefined, progress, ...taggedView(progress, readAt) };
  }

  private async versionIn(live: LiveMirror | undefined, { key }: CatalogFlow): Promise<CatalogFlow | undefined> {
    const version = live?.outcome === 'read' ? live.content.flows.get(key)?.version : undefined;
    return version === undefined ? undefined : (await this.catalog.available(key, [version])).get(version);
  }
}

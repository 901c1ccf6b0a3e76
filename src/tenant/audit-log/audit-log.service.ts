import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import { pageOf, parseLimit, parseTimedCursor, timedPosition, type Page, type PageQuery } from '../../http/page.js';
import { TenantAdministration } from '../administration/tenant-administration.js';
import type { AuditAction } from '../audit-actions.js';
import { AuditRepository, type AuditRow } from '../audit.repository.js';

export interface AuditEntryView {
  readonly id: string;
  readonly actor: string;
  readonly impersonator: string | null;
  readonly action: AuditAction;
  readonly subject: string | null;
  readonly reason: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly recordedAt: string;
  readonly times: number;
  readonly lastAt: string;
}

/** Who did what to whom, and why. */
@Injectable()
export class AuditLogService {
  constructor(
    private readonly administration: TenantAdministration,
    private readonly audit: AuditRepository,
  ) {}

  /** Newest first. */
  async page(caller: Principal, tenantId: string, query: PageQuery): Promise<Page<AuditEntryView>> {
    const limit = parseLimit(query.limit);
    const before = parseTimedCursor(query.cursor);
    return this.administration.run(caller, tenantId, { changes: false }, async ({ transaction }) => {
      const rows = await this.audit.page(transaction, limit + 1, before);
      return pageOf(rows, limit, auditEntryView, (row) => timedPosition(row.recorded_at, row.audit_id));
    });
  }
}

const auditEntryView = ({ audit_id, recorded_at, times, last_at, ...entry }: AuditRow): AuditEntryView => ({
  id: audit_id,
  ...entry,
  recordedAt: recorded_at.toISOString(),
  times: times ?? 1,
  lastAt: (last_at ?? recorded_at).toISOString(),
});

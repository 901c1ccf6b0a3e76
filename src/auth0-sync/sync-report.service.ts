import { Injectable } from '@nestjs/common';
import type { Principal } from '../auth/principal.js';
import { TenantAdministration } from '../tenant/administration/tenant-administration.js';
import type { ReconcileStartedDto, SyncReportDto } from './dto/sync-report.dto.js';
import { standingOf } from './mirror-standing.js';
import { SyncReportRepository } from './sync-report.repository.js';

const SHOWN_MIRRORS = 200;

/** What admins see of their tenant's mirrors, and how they have them looked at. */
@Injectable()
export class SyncReportService {
  constructor(
    private readonly administration: TenantAdministration,
    private readonly repository: SyncReportRepository,
  ) {}

  report(caller: Principal, tenantId: string): Promise<SyncReportDto> {
    return this.administration.run(caller, tenantId, { changes: false }, async ({ transaction }) => {
      const counts = await this.repository.counts(transaction);
      const troubled = await this.repository.troubled(transaction, SHOWN_MIRRORS);
      return {
        mirrors: counts.members,
        due: counts.due,
        oldestDueAt: time(counts.oldest_due_at),
        following: counts.follows,
        parked: counts.parked,
        checksPending: counts.checks_pending,
        drifted: counts.drifted,
        lastCheckedAt: time(counts.last_checked_at),
        troubled: troubled.map((mirror) => ({ subject: mirror.subject, ...standingOf(mirror) })),
      };
    });
  }

  /** The workers do it, at the pace of the rate budget; the report tells how far they are. */
  reconcile(caller: Principal, tenantId: string, dryRun: boolean, reason?: string): Promise<ReconcileStartedDto> {
    return this.administration.run(caller, tenantId, { changes: true }, async ({ transaction, record }) => {
      const mirrors = await this.repository.check(transaction, dryRun ? 'compare' : 'repair');
      const action = dryRun ? 'mirrors_compared' : 'mirrors_reconciled';
      await record({ action, reason, detail: { mirrors, dryRun } });
      return { mirrors, dryRun };
    });
  }
}

const time = (date: Date | null): string | null => date && date.toISOString();

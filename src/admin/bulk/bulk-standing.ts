import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import { UnitOfWork } from '../../database/unit-of-work.js';
import { TenantStandingRepository } from '../../tenant/administration/tenant-standing.repository.js';
import { SERVICE_ACTOR } from '../../tenant/audit-actions.js';
import { AuditRepository } from '../../tenant/audit.repository.js';
import { BulkJobRepository, type BulkJobRow } from './bulk-job.repository.js';

const LOST = 'The admin who started the job may no longer change the tenant.';

/** Whether the admin in whose name a job runs could still start it. A job may run long after a removal or a demotion. */
@Injectable()
export class BulkStanding {
  constructor(
    private readonly standings: TenantStandingRepository,
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly audit: AuditRepository,
  ) {}

  /**
   * For an operator's job only the tenant counts: the permission `platform:admin` is in tokens, not in the database. A job
   * that records no capacity, as an older build made it, counts as one of an admin of the tenant.
   */
  async holds(transaction: Transaction, { created_by: subject, created_as: as }: BulkJobRow): Promise<boolean> {
    const standing = await this.standings.find(transaction, { subject });
    if (!standing || standing.tenant.status === 'closed' || standing.tenant.status === 'archived') return false;
    return as === 'platform' || standing.role === 'owner' || standing.role === 'admin';
  }

  /** Ends the job. What it has done stays done, and can be undone. */
  async stop(tenantId: string, jobId: string): Promise<void> {
    await this.unitOfWork.run({ tenantId }, async (transaction) => {
      const ended = { status: 'cancelled', at: transaction.now(), error: LOST } as const;
      const job = await this.jobs.end(transaction, jobId, ended);
      if (!job) return;
      const detail = { flow: job.flow_key, dryRun: job.dry_run, job: jobId, because: 'standing_lost' };
      const entry = { actor: SERVICE_ACTOR, action: 'bulk_stopped', subject: job.created_by, detail } as const;
      await this.audit.record(tenantId, entry, transaction);
    });
  }
}

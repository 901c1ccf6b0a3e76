import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { DatabaseClock } from '../../database/database-clock.js';
import { DatabaseStartup } from '../../database/database-startup.js';
import { UnitOfWork } from '../../database/unit-of-work.js';
import { AllTenants } from '../../maintenance/all-tenants.js';
import { Daily } from '../../maintenance/daily.js';
import { SERVICE_ACTOR } from '../audit-actions.js';
import { AuditRepository } from '../audit.repository.js';
import { TenantLifecycleRepository } from './tenant-lifecycle.repository.js';
import { startOfGrace } from './tenant-view.js';

/** Archives closed tenants whose grace period is over, once a day. */
@Injectable()
export class ClosedTenantRetention implements OnModuleDestroy {
  private readonly logger = new Logger(ClosedTenantRetention.name);
  private readonly daily: Daily;

  constructor(
    private readonly allTenants: AllTenants,
    private readonly unitOfWork: UnitOfWork,
    private readonly lifecycle: TenantLifecycleRepository,
    private readonly audit: AuditRepository,
    clock: DatabaseClock,
    startup: DatabaseStartup,
  ) {
    this.daily = new Daily('Archiving closed tenants', startup.ready, () => this.archiveAll(clock.date()));
  }

  onModuleDestroy(): void {
    this.daily.stop();
  }

  /** Each in a transaction of its own; what is wrong with one does not keep the others. */
  async archiveAll(now: Date): Promise<void> {
    for (const tenantId of await this.allTenants.closedBefore(startOfGrace(now))) {
      await this.archive(tenantId, now).catch((error: unknown) => {
        this.logger.warn({ err: error }, `The closed tenant ${tenantId} was not archived; trying again tomorrow`);
      });
    }
  }

  /** Looks again under the lock: an owner may have opened it just now. */
  private archive(tenantId: string, now: Date): Promise<void> {
    return this.unitOfWork.run({ tenantId }, async (transaction) => {
      await this.lifecycle.lock(transaction);
      const tenant = await this.lifecycle.find(transaction);
      if (tenant?.status !== 'closed' || !tenant.closed_at || tenant.closed_at >= startOfGrace(now)) return;
      await this.lifecycle.archive(transaction, now);
      const detail = { because: 'grace_over' };
      await this.audit.record(
        transaction.tenantId,
        { actor: SERVICE_ACTOR, action: 'tenant_archived', detail },
        transaction,
      );
    });
  }
}

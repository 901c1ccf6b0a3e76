import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../database/unit-of-work.js';
import type { JobPayload } from '../../jobs/job-queue.repository.js';
import { JobRunner } from '../../jobs/job-runner.js';
import { TenantLifecycleRepository } from '../../tenant/tenants/tenant-lifecycle.repository.js';
import { ErasureRepository } from './erasure.repository.js';
import { PendingErasureRepository, type PendingErasureRow } from './pending-erasure.repository.js';
import { PersonEraser, type PersonErasure } from './person-eraser.js';

export const ERASURE_TASK = 'erasure';

/**
 * Finishes an erasure whose history is long, in one transaction: it may be killed at any time, and is then done again. The
 * person's own history comes first, for which no other user waits; the tenant is locked for the rest only.
 */
@Injectable()
export class ErasureJob {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly lifecycle: TenantLifecycleRepository,
    private readonly repository: ErasureRepository,
    private readonly pending: PendingErasureRepository,
    private readonly eraser: PersonEraser,
    runner: JobRunner,
  ) {
    runner.handle(ERASURE_TASK, (payload, signal) => this.run(payload, signal));
  }

  private run({ tenantId, jobId }: JobPayload, signal: AbortSignal): Promise<void> {
    return this.unitOfWork.run({ tenantId }, async (transaction) => {
      const row = await this.pending.ofJob(transaction, jobId);
      if (!row) return;
      const erasure = erasureOf(row);
      await this.repository.eraseOwnParts(transaction, erasure, signal);
      await this.lifecycle.lock(transaction);
      const tenant = await this.lifecycle.find(transaction);
      if (!tenant || !(await this.pending.remove(transaction, jobId))) return;
      await this.eraser.erase(transaction, tenant, erasure);
    });
  }
}

const erasureOf = (row: PendingErasureRow): PersonErasure => ({
  subject: row.subject,
  person: row.person,
  pseudonym: row.pseudonym,
  by: row.asked_by,
  ...(row.impersonator !== null && { impersonator: row.impersonator }),
  reason: row.reason ?? undefined,
  at: row.erased_at,
  erasedAt: row.erased_at,
  detail: { as: row.asked_as },
});

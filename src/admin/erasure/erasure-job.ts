import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import { UnitOfWork } from '../../database/unit-of-work.js';
import type { JobPayload } from '../../jobs/job-queue.repository.js';
import { JobRunner } from '../../jobs/job-runner.js';
import { TenantLifecycleRepository } from '../../tenant/tenants/tenant-lifecycle.repository.js';
import { ErasureRepository } from './erasure.repository.js';
import { PendingErasureRepository, type PendingErasureRow } from './pending-erasure.repository.js';
import { PersonEraser, type PersonErasure } from './person-eraser.js';

export const ERASURE_TASK = 'erasure';

/**
 * Finishes an erasure whose history is long. Two transactions: the person's own history, which no other user waits for,
 * and the rest. Each may be killed at any time; the job is then done again, and finds what is left.
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
    runner.handle(ERASURE_TASK, (payload) => this.run(payload));
  }

  private async run({ tenantId, jobId }: JobPayload): Promise<void> {
    const within = (work: (transaction: Transaction, erasure: PersonErasure) => Promise<void>): Promise<void> =>
      this.unitOfWork.run({ tenantId }, async (transaction) => {
        const row = await this.pending.ofJob(transaction, jobId);
        if (row) await work(transaction, erasureOf(row));
      });
    await within((transaction, erasure) => this.repository.eraseOwnParts(transaction, erasure));
    await within(async (transaction, erasure) => {
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

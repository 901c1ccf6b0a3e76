import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../database/unit-of-work.js';
import { MirrorBacklog, type DriftedMirror } from '../maintenance/mirror-backlog.js';
import { SyncReportRepository } from './sync-report.repository.js';

export interface ReconciliationProgress {
  /** Mirrors still to be looked at. */
  readonly pending: number;
  readonly drift: readonly DriftedMirror[];
  readonly parked: number;
}

/** Has every mirror of every tenant compared with the database. The workers of all processes do it. */
@Injectable()
export class MirrorReconciliation {
  private begunAt = new Date();

  constructor(
    private readonly backlog: MirrorBacklog,
    private readonly unitOfWork: UnitOfWork,
    private readonly report: SyncReportRepository,
  ) {}

  /** Returns how many mirrors will be looked at. */
  async begin(isDryRun: boolean): Promise<number> {
    this.begunAt = new Date();
    let mirrors = 0;
    for (const tenantId of await this.backlog.allTenants()) {
      mirrors += await this.unitOfWork.run({ tenantId }, (transaction) =>
        this.report.check(transaction, isDryRun ? 'compare' : 'repair'),
      );
    }
    return mirrors;
  }

  /** Since {@link begin}. */
  async progress(): Promise<ReconciliationProgress> {
    const [pending, drift, { parked }] = await Promise.all([
      this.backlog.pendingChecks(),
      this.backlog.drifted(this.begunAt),
      this.backlog.lag(new Date()),
    ]);
    return { pending, drift, parked };
  }
}

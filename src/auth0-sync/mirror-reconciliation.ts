import { Injectable } from '@nestjs/common';
import { DatabaseClock } from '../database/database-clock.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { MirrorBacklog, type DriftedMirror } from '../maintenance/mirror-backlog.js';
import { ExportComparison, type ExportCounts } from './export-comparison.js';
import { SyncReportRepository } from './sync-report.repository.js';

export interface ReconciliationProgress {
  /** Mirrors still to be looked at, or to be mended. */
  readonly pending: number;
  readonly drift: readonly DriftedMirror[];
  readonly parked: number;
}

/** Has every mirror of every tenant compared with the database. The workers of all processes do it. */
@Injectable()
export class MirrorReconciliation {
  private begunAt = new Date(0);

  constructor(
    private readonly clock: DatabaseClock,
    private readonly backlog: MirrorBacklog,
    private readonly unitOfWork: UnitOfWork,
    private readonly report: SyncReportRepository,
    private readonly exports: ExportComparison,
  ) {}

  /** Returns how many mirrors will be looked at. */
  async begin(isDryRun: boolean): Promise<number> {
    this.begunAt = this.clock.date();
    let mirrors = 0;
    for (const tenantId of await this.backlog.allTenants()) {
      mirrors += await this.unitOfWork.run({ tenantId }, (transaction) =>
        this.report.check(transaction, isDryRun ? 'compare' : 'repair'),
      );
    }
    return mirrors;
  }

  /**
   * The same from a file that Auth0 made; the workers only mend what differs in it.
   * `absent` are the mirrors of people who are not in it.
   */
  async beginWithExport(file: string, isDryRun: boolean): Promise<ExportCounts & { readonly absent: number }> {
    this.begunAt = this.clock.date();
    const counts = await this.exports.run(file, !isDryRun);
    return { ...counts, absent: (await this.backlog.uncheckedSince(this.begunAt)) - counts.newer };
  }

  /** Since it was begun. */
  async progress(): Promise<ReconciliationProgress> {
    const [pending, drift, { parked }] = await Promise.all([
      this.backlog.underReconciliation(this.begunAt),
      this.backlog.drifted(this.begunAt),
      this.backlog.lag(this.clock.date()),
    ]);
    return { pending, drift, parked };
  }
}

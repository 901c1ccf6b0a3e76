import { Inject, Injectable, Logger } from '@nestjs/common';
import { DatabaseClock } from '../database/database-clock.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { MirrorBacklog, type LatestTimes } from '../maintenance/mirror-backlog.js';
import { LONGEST_PAUSE_MS } from './rate-headers.js';
import { SYNC_TIMING, type SyncTiming } from './sync-timing.js';

const SLACK_MS = 5_000;

/** A tenant may have a hundred thousand of them: a transition must not wait for all of these locks at once. */
const AT_ONCE = 1_000;

/** Only what the worker looks at: what was tried, and who wants what, stays. */
const MAKE_DUE = {
  name: 'mirrors_ahead_due',
  text: `
    UPDATE foothold.auth0_mirror m SET due_at = least(m.due_at, $2), leased_until = NULL
    FROM (
      SELECT subject FROM foothold.auth0_mirror
      WHERE tenant_id = $1 AND due_at IS NOT NULL
        AND (due_at > CASE WHEN attempts = 0 THEN $3::timestamptz ELSE $4::timestamptz END OR leased_until > $5)
      LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED
    ) ahead
    WHERE m.tenant_id = $1 AND m.subject = ahead.subject
    RETURNING m.subject`,
};

const MAKE_TENANT_DUE = {
  name: 'mirrors_ahead_tenant_due',
  text: 'UPDATE foothold.auth0_mirror_tenant SET due_at = $2 WHERE tenant_id = $1 AND due_at > $3',
};

/**
 * Makes due what waits for a time that no right clock can have written: a build before this one took times from its host,
 * and the database's clock itself can be corrected. Without it, mirrors would wait until that time had come.
 */
@Injectable()
export class MirrorsAhead {
  private readonly logger = new Logger(MirrorsAhead.name);

  constructor(
    private readonly clock: DatabaseClock,
    private readonly backlog: MirrorBacklog,
    private readonly unitOfWork: UnitOfWork,
    @Inject(SYNC_TIMING) private readonly timing: SyncTiming,
  ) {}

  async makeDue(): Promise<void> {
    const latest = this.latest();
    for (const tenantId of await this.backlog.tenantsAhead(latest)) {
      const mirrors = await this.makeDueIn(tenantId, latest);
      this.logger.warn(`Times of tenant ${tenantId} came from a clock that was ahead: ${mirrors} mirrors are due now`);
    }
  }

  private latest(): LatestTimes {
    const { retry, doubtMs, leaseMs } = this.timing;
    const untriedMs = Math.max(doubtMs, leaseMs, LONGEST_PAUSE_MS + retry.firstMs) + SLACK_MS;
    return {
      untried: this.clock.in(untriedMs),
      tried: this.clock.in(Math.max(untriedMs, retry.lastMs + SLACK_MS)),
      // Twice as long: taking a lease from a process that holds it does more harm than waiting once more for it to end.
      lease: this.clock.in(2 * leaseMs),
    };
  }

  private async makeDueIn(tenantId: string, { untried, tried, lease }: LatestTimes): Promise<number> {
    const now = this.clock.date();
    let made = 0;
    for (let batch = AT_ONCE; batch === AT_ONCE; made += batch) {
      const rows = await this.unitOfWork.run({ tenantId }, (transaction) =>
        transaction.query(MAKE_DUE, [tenantId, now, untried, tried, lease]),
      );
      batch = rows.length;
    }
    await this.unitOfWork.run({ tenantId }, (transaction) =>
      transaction.query(MAKE_TENANT_DUE, [tenantId, now, untried]),
    );
    return made;
  }
}

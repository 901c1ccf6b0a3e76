import { Injectable } from '@nestjs/common';
import { DatabaseClock } from '../database/database-clock.js';
import { MirrorBacklog } from '../maintenance/mirror-backlog.js';
import { FanOutRepository } from './fan-out.repository.js';
import { RateBudget } from './rate-budget.js';

const DAY_MS = 86_400_000;
/** Who has not come for longer gets their mirror when they come. */
const SEEN_WITHIN_MS = 30 * DAY_MS;
const TENANTS_AT_ONCE = 20;

/**
 * A change of a tenant's shared part concerns every member, and COMMIT marked only who made it and the tenant. This marks
 * the others: a page at a time, at a fifth of the budget, one tenant after the other, so that a tenant with a hundred
 * thousand members holds nobody up.
 */
@Injectable()
export class FanOut {
  constructor(
    private readonly clock: DatabaseClock,
    private readonly backlog: MirrorBacklog,
    private readonly repository: FanOutRepository,
    private readonly budget: RateBudget,
  ) {}

  /** Marks at most one page. Returns whether there may be more to do at once. */
  async step(): Promise<boolean> {
    const now = this.clock.date();
    const { pageSize: limit } = this.budget.fanOut;
    const seenSince = new Date(now.getTime() - SEEN_WITHIN_MS);
    for (const tenantId of await this.backlog.changedTenants(now, TENANTS_AT_ONCE)) {
      const round = await this.repository.round(tenantId, now);
      if (!round) continue;
      const { page, lookedAt } = await this.repository.page(tenantId, round, { seenSince, now, limit });
      if (page.length === 0) {
        if (lookedAt !== null) {
          await this.repository.goOn(tenantId, round, lookedAt, now);
          return true;
        }
        await this.repository.finish(tenantId, round, now);
        continue;
      }
      // Asked for only when a member follows: most tenants have one member, who made the change.
      if (!(await this.budget.takeFanOutPage())) return false;
      await this.repository.mark(tenantId, round, page, now);
      return true;
    }
    return false;
  }
}

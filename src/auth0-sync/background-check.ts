import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { DatabaseClock } from '../database/database-clock.js';
import { DatabaseStartup } from '../database/database-startup.js';
import { MirrorBacklog, type MirrorPlace } from '../maintenance/mirror-backlog.js';
import { MirrorAccess } from './mirror-access.js';
import { MirrorSender } from './mirror-sender.js';
import { MirrorFailure } from './mirror.js';
import { MirrorRepository, type Claim } from './mirror.repository.js';
import { RateBudget } from './rate-budget.js';
import { SYNC_TIMING, type SyncTiming } from './sync-timing.js';

/** Checks under way in one process. */
const CONCURRENT = 4;
/** Mirrors of one look. Several processes may find the same ones; each is then compared by the first that claims it. */
const BATCH = 20;

/**
 * Compares mirrors with Auth0 without a request, the one that was seen longest ago first, and repairs what differs. Every
 * process runs one. It uses only reads that no other work needs, so its pace is what the plan leaves:
 *
 * checking: takes a spare read of the budget, claims one mirror, compares it.
 * busy: the budget has no read to spare, or a circuit is open. It looks for nothing, and tries again later.
 * idle: no mirror is old enough. It looks again after a minute.
 */
@Injectable()
export class BackgroundCheck implements OnModuleDestroy {
  private readonly logger = new Logger(BackgroundCheck.name);
  private readonly stopping = new AbortController();
  private readonly underWay = new Set<Promise<void>>();
  private readonly afterMs: number;
  private candidates: MirrorPlace[] = [];
  private running: Promise<void> | undefined;

  constructor(
    private readonly clock: DatabaseClock,
    private readonly backlog: MirrorBacklog,
    private readonly repository: MirrorRepository,
    private readonly sender: MirrorSender,
    private readonly access: MirrorAccess,
    private readonly budget: RateBudget,
    @Inject(SYNC_TIMING) private readonly timing: SyncTiming,
    @Inject(CONFIG) { mirror }: Config,
    startup: DatabaseStartup,
  ) {
    // A wanted period below a day must be possible to meet.
    this.afterMs = Math.min(timing.check.afterMs, mirror.reconcileWithinMs / 2);
    void startup.ready.then(() => {
      if (!this.stopping.signal.aborted) this.running = this.run();
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    // The last step may still begin a check.
    await this.running;
    await Promise.all(this.underWay);
  }

  private async run(): Promise<void> {
    const { idleMs, busyMs } = this.timing.check;
    // Processes that start together must not look together.
    await this.pause(Math.random() * idleMs);
    while (!this.stopping.signal.aborted) {
      const waitMs = await this.step().catch((error: unknown) => {
        this.logger.debug({ err: error }, 'No mirror is compared: the database does not answer');
        return busyMs;
      });
      await this.pause(waitMs * (0.75 + Math.random() / 2));
    }
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  /** Begins at most one check. Returns how many milliseconds to wait for the next. */
  private async step(): Promise<number> {
    const { idleMs, busyMs } = this.timing.check;
    if (this.access.isOpen('read') || this.access.isOpen('write')) return busyMs;
    if (this.underWay.size >= this.concurrency) {
      await Promise.race(this.underWay);
      return 0;
    }
    if (!(await this.budget.takeSpareRead())) return Math.max(busyMs, this.budget.spareReadMs);
    for (let looks = 1; looks <= BATCH; looks += 1) {
      const claim = await this.claim();
      if (!claim) return idleMs;
      // The next mirror uses the read.
      if (await this.sender.postponed(claim)) continue;
      if (this.stopping.signal.aborted) await this.repository.giveBack(claim);
      else this.track(this.check(claim));
      break;
    }
    return this.budget.spareReadMs;
  }

  /** Once the pause of an open circuit is over, one check tries it: there may be no other read that would. */
  private get concurrency(): number {
    return this.access.status('read') === 'closed' ? CONCURRENT : 1;
  }

  /** Looks for more at most once. */
  private async claim(): Promise<Claim | undefined> {
    const before = this.clock.in(-this.afterMs);
    const claimOne = async (): Promise<Claim | undefined> => {
      for (let place = this.candidates.shift(); place; place = this.candidates.shift()) {
        const leasedUntil = this.clock.in(this.timing.leaseMs);
        const claim = await this.repository.claimUnseen(place, before, leasedUntil);
        if (claim) return claim;
      }
      return undefined;
    };
    const claim = await claimOne();
    if (claim) return claim;
    this.candidates = await this.backlog.longestUnseen(before, BATCH);
    return claimOne();
  }

  /** What says only that it is no time for a check leaves the mirror as it was: it is its turn again later. */
  private async check(claim: Claim): Promise<void> {
    const stored = await this.access.readSpare(claim.subject).catch((error: unknown) => {
      if (error instanceof MirrorFailure) return error;
      throw error;
    });
    const isLater = stored instanceof MirrorFailure && stored.kind !== 'refused';
    await (isLater ? this.repository.giveBack(claim) : this.sender.settleRead(claim, stored));
  }

  private track(check: Promise<void>): void {
    const tracked = check
      .catch((error: unknown) => this.logger.warn({ err: error }, 'A check was not settled; its lease will end'))
      .finally(() => this.underWay.delete(tracked));
    this.underWay.add(tracked);
  }
}

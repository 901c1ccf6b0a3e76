import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { ChangeChannel } from '../database/change-channel.js';
import { DatabaseClock } from '../database/database-clock.js';
import { DatabaseStartup } from '../database/database-startup.js';
import { IdlePause } from '../database/idle-pause.js';
import { MirrorBacklog } from '../maintenance/mirror-backlog.js';
import { FanOut } from './fan-out.js';
import { MirrorAccess } from './mirror-access.js';
import { MirrorSender } from './mirror-sender.js';
import { MirrorRepository, type Claim } from './mirror.repository.js';
import { MirrorsAhead } from './mirrors-ahead.js';
import { RateBudget } from './rate-budget.js';
import { SYNC_TIMING, type SyncTiming } from './sync-timing.js';

/** Sends under way in one process: a second's worth of the budget, within these. */
const CONCURRENT = { least: 2, most: 16 } as const;
/** What is under way when the process stops may end by itself for so long. */
const STOP_GRACE_MS = 2_000;
const LOOK_AHEAD_EVERY_MS = 60_000;

/**
 * Sends due mirrors. Every process runs one, and they share the work: each claims a few mirrors at a time, tenant by
 * tenant, under a lease.
 *
 * working: claims and sends; with nothing due it fans out.
 * idle: nothing was due. Looks again after a pause, which grows until something changes.
 * held back: a circuit of Auth0 is open, its budget is spent, or the database fails. Looks for nothing. Left by itself.
 * stopped: claims nothing more. What does not end in time is left to its lease.
 */
@Injectable()
export class MirrorWorker implements OnModuleDestroy {
  private readonly logger = new Logger(MirrorWorker.name);
  private readonly stopping = new AbortController();
  private readonly pause: IdlePause;
  private readonly underWay = new Set<Promise<void>>();
  private running: Promise<void> | undefined;
  private lookedAheadAt = -Infinity;

  constructor(
    private readonly clock: DatabaseClock,
    private readonly backlog: MirrorBacklog,
    private readonly repository: MirrorRepository,
    private readonly sender: MirrorSender,
    private readonly ahead: MirrorsAhead,
    private readonly fanOut: FanOut,
    private readonly access: MirrorAccess,
    private readonly budget: RateBudget,
    @Inject(SYNC_TIMING) private readonly timing: SyncTiming,
    changes: ChangeChannel,
    startup: DatabaseStartup,
  ) {
    this.pause = new IdlePause(timing.poll);
    changes.subscribeToAll(this.pause.wake);
    void startup.ready.then(() => {
      if (!this.stopping.signal.aborted) this.running = this.run();
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await Promise.race([Promise.all(this.underWay), sleep(STOP_GRACE_MS, undefined, { ref: false })]);
    this.access.close();
    await Promise.all([this.running, ...this.underWay]);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        if (this.isHeldBack) this.pause.reset();
        else if (await this.round()) {
          this.pause.reset();
          continue;
        }
      } catch (error) {
        this.logger.debug({ err: error }, 'Mirrors wait: the database does not answer');
      }
      await this.pause.wait(signal);
    }
  }

  /** Whether there may be more to do at once. */
  private async round(): Promise<boolean> {
    await this.lookAhead();
    const free = this.concurrency - this.underWay.size;
    if (free <= 0) {
      await Promise.race(this.underWay);
      return true;
    }
    const claims = await this.claim(free);
    for (const claim of claims) this.track(this.sender.send(claim));
    return claims.length > 0 || (await this.fanOut.step());
  }

  /** The first mirror of a user, and one whose last send is in doubt, must be read before it is written. */
  private get isHeldBack(): boolean {
    return this.access.isOpen('read') || this.access.isOpen('write') || this.budget.isSpent('write');
  }

  private async lookAhead(): Promise<void> {
    if (performance.now() - this.lookedAheadAt < LOOK_AHEAD_EVERY_MS) return;
    this.lookedAheadAt = performance.now();
    await this.ahead.makeDue();
  }

  /** While a circuit is half open one send tries it; the others would only wait for that one. */
  private get concurrency(): number {
    if (this.access.status('read') !== 'closed' || this.access.status('write') !== 'closed') return 1;
    return Math.min(Math.max(CONCURRENT.least, Math.ceil(this.budget.perSecond('write'))), CONCURRENT.most);
  }

  private async claim(limit: number): Promise<Claim[]> {
    const claims: Claim[] = [];
    for (const tenantId of await this.backlog.dueTenants(this.clock.date(), limit)) {
      const now = this.clock.date();
      const leasedUntil = new Date(now.getTime() + this.timing.leaseMs);
      claims.push(...(await this.repository.claim(tenantId, now, leasedUntil, limit - claims.length)));
      if (claims.length >= limit) break;
    }
    return claims;
  }

  private track(sending: Promise<void>): void {
    const tracked = sending
      .catch((error: unknown) => this.logger.warn({ err: error }, 'A mirror was not settled; its lease will end'))
      .finally(() => this.underWay.delete(tracked));
    this.underWay.add(tracked);
  }
}

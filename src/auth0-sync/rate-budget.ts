import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { DatabaseClock } from '../database/database-clock.js';
import { DatabaseStartup } from '../database/database-startup.js';
import {
  commonBucket,
  fanOutBucket,
  ownBucket,
  slotOf,
  spareIntervalMs,
  spareTake,
  type PacedBucket,
} from './paced-bucket.js';
import { LONGEST_PAUSE_MS } from './rate-headers.js';
import { RATE_LIMITS, type CallKind, type RateLimit } from './rate-limits.js';
import { RateBudgetRepository } from './rate-budget.repository.js';

export type { CallKind } from './rate-limits.js';

const BEAT_MS = 10_000;
/** A process that was killed is counted for so long. */
const ALIVE_MS = 3 * BEAT_MS;
const FAN_OUT_BUCKET = 'fan_out';
/** So much later than expected a bucket may be full again, without a clock being at fault. */
const SLACK_MS = 5_000;

/**
 * One budget for the calls of all processes to the Management API. It is kept in the database, where a call reserves the
 * moment at which it may be sent. For the time when there is no database each process has leased a share of the reads
 * ahead: so many of its own, by how many processes there were.
 *
 * What the processes share is told in the database's time. What one process keeps for itself is in its monotonic time.
 */
@Injectable()
export class RateBudget implements OnModuleDestroy {
  private readonly logger = new Logger(RateBudget.name);
  private readonly processId = randomUUID();
  private readonly limits: Record<CallKind, RateLimit>;
  /** By bucket: what answers told, that it will not be full again before this monotonic time. */
  private readonly notFullBefore = new Map<string, number>();
  private processes = 1;
  /** Of the leased share, in monotonic time. */
  private fullAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    @Inject(CONFIG) { auth0 }: Config,
    private readonly clock: DatabaseClock,
    private readonly repository: RateBudgetRepository,
    startup: DatabaseStartup,
  ) {
    this.limits = { ...RATE_LIMITS[auth0.ratePlan] };
    void startup.ready.then(() => this.beat());
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.repository.leave(this.processId).catch(() => undefined);
  }

  /** Calls of this kind that may be kept up, all processes together. */
  perSecond(kind: CallKind): number {
    return this.limits[kind].perSecond;
  }

  /**
   * Reserves the moment for one call: wait so many milliseconds, then send it. Undefined when that would be more than
   * `aheadMs`: then nothing was reserved, and `retryMs` is a good time to ask again.
   */
  async reserve(kind: CallKind, aheadMs: number): Promise<number | undefined> {
    const { bucket: name } = this.limits[kind];
    const bucket = commonBucket(this.limits[kind]);
    const now = this.clock.now();
    const notFullBefore = now + this.notFullForMs(name);
    const options = { calls: 1, now, aheadMs, notFullBefore, latestFullAt: now + latestFullInMs(bucket) };
    const fullAt = await this.repository.take(name, bucket, options);
    return fullAt === undefined ? undefined : Math.max(0, slotOf(fullAt, bucket, now) - this.clock.now());
  }

  retryMs(kind: CallKind): number {
    const { bucket: name } = this.limits[kind];
    const bucket = commonBucket(this.limits[kind]);
    return Math.max(this.notFullForMs(name) - bucket.burstMs, bucket.intervalMs);
  }

  /** Whether an answer told that no call of this kind can be sent now. */
  isSpent(kind: CallKind): boolean {
    const { bucket: name } = this.limits[kind];
    const { burstMs, intervalMs } = commonBucket(this.limits[kind]);
    return this.notFullForMs(name) > burstMs - intervalMs;
  }

  get fanOut() {
    return fanOutBucket(this.limits.write);
  }

  /** Takes one page of members that follow somebody else's change; false when it is not time for one. */
  async takeFanOutPage(): Promise<boolean> {
    const { pageSize: calls, ...bucket } = this.fanOut;
    const now = this.clock.now();
    const options = { calls, now, aheadMs: 0, notFullBefore: 0, latestFullAt: now + latestFullInMs(bucket) };
    return (await this.repository.take(FAN_OUT_BUCKET, bucket, options)) !== undefined;
  }

  /** Takes one read that no other work needs now, to be sent at once; false when there is none. */
  async takeSpareRead(): Promise<boolean> {
    const { bucket: name } = this.limits.read;
    const bucket = commonBucket(this.limits.read);
    const now = this.clock.now();
    const notFullForMs = this.notFullForMs(name);
    // Since when it has been full counts, too: a time that has passed must not hide it.
    const notFullBefore = notFullForMs > 0 ? now + notFullForMs : 0;
    const options = { ...spareTake(bucket, now), notFullBefore, latestFullAt: now + latestFullInMs(bucket) };
    return (await this.repository.take(name, bucket, options)) !== undefined;
  }

  /** Milliseconds from one spare read to the next, all processes together, while nothing else is read. */
  get spareReadMs(): number {
    return spareIntervalMs(commonBucket(this.limits.read));
  }

  /** Takes one read from the leased share, without the database. Milliseconds to wait instead when there is none. */
  takeLeasedRead(): { readonly granted: true } | { readonly granted: false; readonly waitMs: number } {
    const now = performance.now();
    const { intervalMs, burstMs } = this.ownReads();
    const fullAt = Math.max(this.fullAt, now, this.notFullBefore.get(this.limits.read.bucket) ?? 0) + intervalMs;
    const waitMs = fullAt - burstMs - now;
    if (waitMs > 0) return { granted: false, waitMs };
    this.fullAt = fullAt;
    return { granted: true };
  }

  /** Reads that could be sent at once from the leased share. */
  leasedReadsLeft(): number {
    const { intervalMs, burstMs } = this.ownReads();
    return Math.max(0, Math.floor((burstMs - Math.max(this.fullAt - performance.now(), 0)) / intervalMs));
  }

  /**
   * What an answer told of its bucket: somebody else (another installation, a script) may be spending from it, too.
   * @param sentAt monotonic time when the call was sent: what was spent since then is not in the answer
   */
  observe(kind: CallKind, sentAt: number, { limit, remaining }: { limit?: number; remaining?: number }): void {
    if (limit !== undefined && limit >= 1 && limit < this.limits[kind].burst) {
      const { bucket } = this.limits[kind];
      for (const other of ['read', 'write'] as const) {
        if (this.limits[other].bucket === bucket) this.limits[other] = { ...this.limits[other], burst: limit };
      }
    }
    if (remaining === undefined || remaining < 0) return;
    const { intervalMs, burstMs } = commonBucket(this.limits[kind]);
    this.raise(kind, sentAt + burstMs - Math.min(remaining * intervalMs, burstMs));
  }

  /** Auth0 refused a call of this kind: no process sends one in the next `pauseMs`. */
  async exhausted(kind: CallKind, pauseMs: number): Promise<void> {
    const { intervalMs, burstMs } = commonBucket(this.limits[kind]);
    const fullInMs = pauseMs + burstMs - intervalMs;
    this.raise(kind, performance.now() + fullInMs);
    const fullAt = this.clock.now() + fullInMs;
    await this.repository.notFullBefore(this.limits[kind].bucket, fullAt).catch(() => undefined);
  }

  /** For how long, by what answers told, a bucket will not be full. */
  private notFullForMs(name: string): number {
    return Math.max(0, (this.notFullBefore.get(name) ?? 0) - performance.now());
  }

  private raise(kind: CallKind, fullAt: number): void {
    const { bucket } = this.limits[kind];
    this.notFullBefore.set(bucket, Math.max(this.notFullBefore.get(bucket) ?? 0, fullAt));
  }

  private ownReads() {
    return ownBucket(this.limits.read, this.processes);
  }

  private async beat(): Promise<void> {
    try {
      this.processes = await this.repository.beat(this.processId, this.clock.date(), ALIVE_MS);
    } catch (error) {
      // The share that was leased last goes on.
      this.logger.debug({ err: error }, 'The share of the rate budget was not renewed');
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.beat(), BEAT_MS);
    this.timer.unref();
  }
}

/** A bucket that is said to be full later than this was told so by a clock that was ahead. */
const latestFullInMs = ({ burstMs }: PacedBucket): number => LONGEST_PAUSE_MS + burstMs + SLACK_MS;

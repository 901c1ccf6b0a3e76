import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { DatabaseStartup } from '../database/database-startup.js';
import { commonBucket, fanOutBucket, ownBucket, slotOf } from './paced-bucket.js';
import { RATE_LIMITS, type CallKind, type RateLimit } from './rate-limits.js';
import { RateBudgetRepository } from './rate-budget.repository.js';

export type { CallKind } from './rate-limits.js';

const BEAT_MS = 10_000;
/** A process that was killed is counted for so long. */
const ALIVE_MS = 3 * BEAT_MS;
const FAN_OUT_BUCKET = 'fan_out';

/**
 * One budget for the calls of all processes to the Management API. It is kept in the database, where a call reserves the
 * moment at which it may be sent. For the time when there is no database each process has leased a share of the reads
 * ahead: so many of its own, by how many processes there were.
 */
@Injectable()
export class RateBudget implements OnModuleDestroy {
  private readonly logger = new Logger(RateBudget.name);
  private readonly processId = randomUUID();
  private readonly limits: Record<CallKind, RateLimit>;
  /** By bucket: what answers told, that it will not be full again before this time. */
  private readonly notFullBefore = new Map<string, number>();
  private processes = 1;
  /** Of the leased share. */
  private fullAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    @Inject(CONFIG) { auth0 }: Config,
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
   * Reserves the moment for one call, in milliseconds since 1970: wait until then, then send it. Undefined when that
   * would be later than `aheadMs` from now: then nothing was reserved, and `retryMs` is a good time to ask again.
   */
  async reserve(kind: CallKind, aheadMs: number): Promise<number | undefined> {
    const { bucket: name } = this.limits[kind];
    const bucket = commonBucket(this.limits[kind]);
    const now = Date.now();
    const notFullBefore = this.notFullBefore.get(name) ?? 0;
    const fullAt = await this.repository.take(name, bucket, { calls: 1, now, aheadMs, notFullBefore });
    return fullAt === undefined ? undefined : slotOf(fullAt, bucket, now);
  }

  retryMs(kind: CallKind): number {
    const { bucket: name } = this.limits[kind];
    const bucket = commonBucket(this.limits[kind]);
    const blockedMs = (this.notFullBefore.get(name) ?? 0) - bucket.burstMs - Date.now();
    return Math.max(blockedMs, bucket.intervalMs);
  }

  get fanOut() {
    return fanOutBucket(this.limits.write);
  }

  /** Takes one page of members that follow somebody else's change; false when it is not time for one. */
  async takeFanOutPage(): Promise<boolean> {
    const { pageSize: calls, ...bucket } = this.fanOut;
    const options = { calls, now: Date.now(), aheadMs: 0, notFullBefore: 0 };
    return (await this.repository.take(FAN_OUT_BUCKET, bucket, options)) !== undefined;
  }

  /** Takes one read from the leased share, without the database. Milliseconds to wait instead when there is none. */
  takeLeasedRead(): { readonly granted: true } | { readonly granted: false; readonly waitMs: number } {
    const now = Date.now();
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
    return Math.max(0, Math.floor((burstMs - Math.max(this.fullAt - Date.now(), 0)) / intervalMs));
  }

  /**
   * What an answer told of its bucket: somebody else (another installation, a script) may be spending from it, too.
   * @param sentAt when the call was sent: what was spent since then is not in the answer
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

  /** Auth0 refused a call of this kind: nobody sends one before `until`. */
  async exhausted(kind: CallKind, until: number): Promise<void> {
    const { intervalMs, burstMs } = commonBucket(this.limits[kind]);
    const fullAt = until + burstMs - intervalMs;
    this.raise(kind, fullAt);
    await this.repository.notFullBefore(this.limits[kind].bucket, fullAt).catch(() => undefined);
  }

  private raise(kind: CallKind, fullAt: number): void {
    const { bucket } = this.limits[kind];
    this.notFullBefore.set(bucket, Math.max(this.notFullBefore.get(bucket) ?? 0, fullAt));
  }

  private ownReads() {
    return ownBucket(this.limits.read, this.processes);
  }

  private async beat(): Promise<void> {
    const now = Date.now();
    try {
      this.processes = await this.repository.beat(this.processId, new Date(now), new Date(now - ALIVE_MS));
    } catch (error) {
      // The share that was leased last goes on.
      this.logger.debug({ err: error }, 'The share of the rate budget was not renewed');
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.beat(), BEAT_MS);
    this.timer.unref();
  }
}

import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  DelegateBackoff,
  handleWhen,
  type CircuitBreakerPolicy,
  type IHalfOpenAfterBackoffContext,
} from 'cockatiel';
import { Mirror, MirrorFailure, type MirrorChanges, type StoredMirrors } from './mirror.js';
import { RateBudget, type CallKind } from './rate-budget.js';
import { SyncMetrics } from './sync-metrics.js';
import { SYNC_TIMING, type SyncTiming } from './sync-timing.js';

/** A slot is reserved no further ahead than this: what was reserved when Auth0 says "too many" is still sent. */
const AHEAD_MS = 2_000;

/** For the policy, which compares with the wall clock: once that was set back, it would try nothing until it caught up. */
const PROBED_AT_ANY_TIME = -Infinity;

export type MirrorCircuitStatus = 'closed' | 'open' | 'half_open';

/**
 * The way to the mirrors' store: every call waits for its slot of the rate budget and passes a circuit breaker, one for
 * reads and one for writes. A breaker counts what is unavailable; being refused, or too fast, says that somebody is there.
 */
@Injectable()
export class MirrorAccess {
  private readonly logger = new Logger(MirrorAccess.name);
  private readonly circuits: Readonly<Record<CallKind, CircuitBreakerPolicy>>;
  private readonly stopping = new AbortController();
  private readonly pausedUntil: Record<CallKind, number> = { read: 0, write: 0 };
  private readonly reasons: Record<CallKind, string | null> = { read: null, write: null };

  constructor(
    private readonly mirror: Mirror,
    private readonly budget: RateBudget,
    private readonly metrics: SyncMetrics,
    @Inject(SYNC_TIMING) { circuit }: SyncTiming,
  ) {
    // Every send that waits for its slot listens.
    setMaxListeners(0, this.stopping.signal);
    this.circuits = { read: this.breaker('read', circuit), write: this.breaker('write', circuit) };
  }

  status(kind: CallKind): MirrorCircuitStatus {
    const { state } = this.circuits[kind];
    if (state === CircuitState.HalfOpen) return 'half_open';
    return state === CircuitState.Closed ? 'closed' : 'open';
  }

  /** Why calls of this kind fail; null while the circuit is closed. */
  fault(kind: CallKind): string | null {
    return this.status(kind) === 'closed' ? null : this.reasons[kind];
  }

  /** Whether a call has a chance: not while the circuit is open and its pause is not over. */
  isOpen(kind: CallKind): boolean {
    return this.status(kind) === 'open' && performance.now() < this.pausedUntil[kind];
  }

  /** @param patienceMs how long to wait for a slot of the budget */
  async read(subject: string, patienceMs: number): Promise<StoredMirrors> {
    this.refuseWhileOpen('read');
    await this.waitForSlot('read', patienceMs);
    return this.call('read', () => this.mirror.read(subject));
  }

  /** With a slot that the caller has taken ({@link RateBudget.takeSpareRead}). */
  readSpare(subject: string): Promise<StoredMirrors> {
    this.refuseWhileOpen('read');
    return this.call('read', () => this.mirror.read(subject));
  }

  /** Without the database, from the leased share of the budget. */
  readLeased(subject: string): Promise<StoredMirrors> {
    this.refuseWhileOpen('read');
    const taken = this.budget.takeLeasedRead();
    if (!taken.granted) {
      throw new MirrorFailure('rate_limited', 'The budget for reads is spent', { retryAfterMs: taken.waitMs });
    }
    return this.call('read', () => this.mirror.read(subject));
  }

  /**
   * @param take makes the changes when their slot has come, so that they are the newest; undefined to send nothing
   * @returns undefined when nothing was sent
   */
  async write(
    subject: string,
    patienceMs: number,
    take: () => Promise<MirrorChanges | undefined>,
  ): Promise<StoredMirrors | undefined> {
    this.refuseWhileOpen('write');
    await this.waitForSlot('write', patienceMs);
    const changes = await take();
    return changes && this.call('write', () => this.mirror.write(subject, changes));
  }

  /** Ends every wait and every call under way. */
  close(): void {
    this.stopping.abort();
    this.mirror.close();
  }

  private breaker(kind: CallKind, { failures, firstMs, lastMs }: SyncTiming['circuit']): CircuitBreakerPolicy {
    const pause = new DelegateBackoff<IHalfOpenAfterBackoffContext>(({ attempt }) => {
      const longest = Math.min(firstMs * 2 ** (attempt - 1), lastMs);
      // Processes that lost it together must not try it again together.
      const pauseMs = longest * (0.5 + Math.random() / 2);
      this.pausedUntil[kind] = performance.now() + pauseMs;
      return PROBED_AT_ANY_TIME;
    });
    const policy = circuitBreaker(
      handleWhen((error) => error instanceof MirrorFailure && error.kind === 'unavailable'),
      { halfOpenAfter: pause, breaker: new ConsecutiveBreaker(failures) },
    );
    policy.onBreak((reason) => {
      const { message } = ('error' in reason ? reason.error : reason) as { message?: string };
      this.logger.warn(`Mirrors cannot be ${kind === 'read' ? 'read' : 'written'}; trying less often: ${message}`);
    });
    policy.onReset(() => this.logger.log(`Mirrors can be ${kind === 'read' ? 'read' : 'written'} again`));
    return policy;
  }

  private refuseWhileOpen(kind: CallKind): void {
    if (this.isOpen(kind))
      throw new MirrorFailure('unavailable', 'Not asked: it has not been answering', { untried: true });
  }

  private async waitForSlot(kind: CallKind, patienceMs: number): Promise<void> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const slotInMs = await this.budget.reserve(kind, Math.min(AHEAD_MS, deadline - performance.now()));
      const retryAfterMs = this.budget.retryMs(kind);
      if (slotInMs === undefined && performance.now() + retryAfterMs > deadline) {
        throw new MirrorFailure('rate_limited', `The budget for ${kind}s is spent`, { retryAfterMs });
      }
      // Not all at the same moment: others wait for the same slot.
      const waitMs = slotInMs ?? retryAfterMs + Math.random() * 100;
      if (waitMs > 0) await this.pause(waitMs);
      if (slotInMs !== undefined) return;
    }
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => {
      throw new MirrorFailure('unavailable', 'Not asked: the service stops', { untried: true });
    });
  }

  private async call(kind: CallKind, run: () => Promise<StoredMirrors>): Promise<StoredMirrors> {
    this.refuseWhileOpen(kind);
    try {
      const stored = await this.circuits[kind].execute(run);
      this.metrics.countCall(kind, 'ok');
      return stored;
    } catch (error) {
      if (!(error instanceof MirrorFailure)) {
        if (isBrokenCircuit(error))
          throw new MirrorFailure('unavailable', 'Not asked: it has not been answering', { untried: true });
        throw error;
      }
      this.metrics.countCall(kind, error.kind);
      if (error.kind === 'unavailable') this.reasons[kind] = inOurWords(error.reason);
      if (error.kind === 'rate_limited') await this.budget.exhausted(kind, error.retryInMs ?? 0);
      throw error;
    }
  }
}

/** Without what Auth0 or the network said: more people read /health than the log, which has it. */
const inOurWords = (reason: string): string => reason.split(': ', 1)[0] as string;

const isBrokenCircuit = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'isBrokenCircuitError' in error;

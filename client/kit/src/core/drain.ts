import { backoff } from './backoff.js';
import type { Operation } from './queue.js';
import type { Shared } from './shared.js';

/** A lock's holder may be a tab that the browser froze. Sending twice is harmless: an operation's id is its key. */
const LONGEST_LOCK_WAIT_MS = 15_000;

/** Longer than any tab waits before it tries again. */
const STAND_BY_MS = 60_000;

/** What became of an operation that was sent. */
export type Sent =
  /** It is out of the queue: confirmed or rejected. */
  | 'settled'
  /** Things have moved on, but it is still legal: send it once more. */
  | 'again'
  | Held;

/** Not now; what waits behind it waits too. */
export interface Held {
  /** It is tried again, and not before this; null: it waits for an event, such as a login or a choice of tenant. */
  readonly retryAfterMs: number | null;
}

export interface DrainContext {
  readonly shared: Shared;
  /** Sends one operation, takes over what the answer tells, and takes what is settled out of the queue. */
  readonly send: (operation: Operation, options: SendOptions) => Promise<Sent>;
  /** Nothing more can be sent now. */
  readonly held: () => void;
}

export interface SendOptions {
  readonly keepalive: boolean;
  /** It was sent before, and answered that things had moved on. */
  readonly isAgain: boolean;
}

export interface Drain {
  start(): void;
  stop(): void;
  /** Sends what waits, in order; resolves when nothing waits or nothing more can be sent now. */
  run(options?: { readonly keepalive?: boolean }): Promise<void>;
  /**
   * Another tab sent something, or (`isHeld`) could send nothing more and will try again. Should it die on the way, this
   * one goes on: it stands in line, or looks later.
   */
  heard(isHeld: boolean): void;
  /** The service answered something else: what failed is tried again, as soon as the service allows it. */
  recovered(): void;
}

/**
 * Sends operations, oldest first, one at a time, one tab at a time. It stops at the first that cannot be sent and tries
 * again later: order is kept, also over failures.
 */
export function createDrain({ shared, send, held }: DrainContext): Drain {
  const { clock, locks, random } = shared.environment;
  let isStarted = false;
  let isRunning = false;
  let running = Promise.resolve();
  let isWantedAgain = false;
  let failures = 0;
  let signsOfLife = 0;
  let timer: unknown;
  /** Since when the next attempt waits, and how long the service wants to be left alone. Null while none waits. */
  let pause: { readonly since: number; readonly atLeastMs: number } | null = null;

  function run(options: { readonly keepalive?: boolean } = {}): Promise<void> {
    isWantedAgain = true;
    if (!isRunning) running = runAll(options.keepalive ?? false);
    return running;
  }

  async function runAll(keepalive: boolean): Promise<void> {
    isRunning = true;
    try {
      while (isWantedAgain && isStarted && shared.queue?.list().length) {
        isWantedAgain = false;
        clock.clearTimeout(timer);
        pause = null;
        await locked(() => sendAll(keepalive));
      }
    } finally {
      // In the turn that found nothing to do: who wants it from now on begins anew.
      isRunning = false;
    }
  }

  async function locked(work: () => Promise<void>): Promise<void> {
    if (!locks) return work();
    const waiting = new AbortController();
    const heardBefore = signsOfLife;
    let isEntered = false;
    const limit = clock.setTimeout(() => waiting.abort(), LONGEST_LOCK_WAIT_MS);
    try {
      await locks.request(`${shared.prefix}:${shared.person}`, { signal: waiting.signal }, () => {
        isEntered = true;
        clock.clearTimeout(limit);
        return work();
      });
    } catch (error) {
      if (isEntered) throw error;
      // Who has the lock is busy, not frozen: go on waiting.
      const isBusy = waiting.signal.aborted && signsOfLife !== heardBefore;
      await (isBusy ? locked(work) : work());
    } finally {
      clock.clearTimeout(limit);
    }
  }

  async function sendAll(keepalive: boolean): Promise<void> {
    const { epoch, queue } = shared;
    let sentAgain = '';
    while (isStarted && queue) {
      const operation = queue.list()[0];
      if (!operation) return;
      const isAgain = sentAgain === operation.id;
      const sent = await send(operation, { keepalive, isAgain });
      if (epoch !== shared.epoch) return;
      if (typeof sent === 'object') return hold(sent);
      failures = 0;
      if (sent === 'again') sentAgain = operation.id;
    }
  }

  function runAfter(ms: number): void {
    clock.clearTimeout(timer);
    timer = clock.setTimeout(() => void run(), ms);
  }

  function hold({ retryAfterMs }: Held): void {
    isWantedAgain = false;
    held();
    if (!isStarted || retryAfterMs === null) return;
    failures += 1;
    pause = { since: clock.now(), atLeastMs: retryAfterMs };
    runAfter(backoff(failures, random(), retryAfterMs));
  }

  return {
    start() {
      isStarted = true;
      void run();
    },
    stop() {
      isStarted = false;
      pause = null;
      clock.clearTimeout(timer);
    },
    run,
    heard(isHeld) {
      signsOfLife += 1;
      if (!isHeld) return void run();
      if (isStarted) runAfter(STAND_BY_MS * (1 + random()));
    },
    recovered() {
      if (!pause) return;
      const { since, atLeastMs } = pause;
      pause = null;
      // Never later than planned, also when the clock was put back.
      runAfter(Math.min(atLeastMs, Math.max(0, since + atLeastMs - clock.now())));
    },
  };
}

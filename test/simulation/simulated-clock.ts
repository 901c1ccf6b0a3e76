import type { Clock } from '../../client/kit/src/core/index.js';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Time that passes only when it is told to. Timers that are due at once run in the order in which they were set. */
export class SimulatedClock {
  private time = Date.parse('2026-03-01T12:00:00Z');
  private made = 0;
  private readonly timers = new Map<number, Timer>();

  now(): number {
    return this.time;
  }

  /** `isAlive`: timers of a tab that is gone never fire. `skewMs`: how far a device's clock is off. */
  of(isAlive: () => boolean, skewMs: () => number): Clock {
    return {
      now: () => this.time + skewMs(),
      setTimeout: (callback, ms) => this.after(ms, () => isAlive() && callback()),
      clearTimeout: (timer) => void this.timers.delete(timer as number),
    };
  }

  after(ms: number, callback: () => void): number {
    const order = (this.made += 1);
    this.timers.set(order, { at: this.time + Math.max(0, ms), order, callback });
    return order;
  }

  /** Lets this much time pass; everything that becomes due happens on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (let next = this.next(); next && next.at <= end; next = this.next()) {
      this.timers.delete(next.order);
      this.time = next.at;
      next.callback();
      await settle();
    }
    this.time = end;
  }

  private next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers.values()) {
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer;
    }
    return first;
  }
}

/** Until no promise has anything left to do. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

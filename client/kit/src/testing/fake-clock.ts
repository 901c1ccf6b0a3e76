import type { Clock } from '../core/index.js';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  private timers = new Map<number, Timer>();
  private made = 0;

  constructor(private time = Date.parse('2026-01-01T00:00:00Z')) {}

  now = (): number => this.time;

  setTimeout = (callback: () => void, ms: number): number => {
    this.made += 1;
    this.timers.set(this.made, { at: this.time + Math.max(0, ms), callback });
    return this.made;
  };

  clearTimeout = (timer: unknown): void => {
    this.timers.delete(timer as number);
  };

  /** Lets time pass: what is due runs in its order, and what that promises is awaited before the next is looked at. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (let next = this.dueBefore(end); next; next = this.dueBefore(end)) {
      const [id, timer] = next;
      this.timers.delete(id);
      this.time = Math.max(this.time, timer.at);
      timer.callback();
      await settle();
    }
    this.time = end;
  }

  private dueBefore(end: number): [number, Timer] | undefined {
    const due = [...this.timers].filter(([, { at }]) => at <= end);
    return due.sort(([oneId, one], [otherId, other]) => one.at - other.at || oneId - otherId)[0];
  }
}

/** Promises that wait for nothing but each other are done after as many turns as the longest chain has links. */
const TURNS = 50;

export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
}

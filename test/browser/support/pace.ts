import { setTimeout as sleep } from 'node:timers/promises';
import type { Device } from './browser-lab.js';

/** Coarse, because Chromium keeps a note of every step for the pages that come later. */
const STEP_MS = 50;

/** How fast time passes in the pages of a test. With speed 1 nothing in them is replaced: their clocks are the real ones. */
export class Pace {
  constructor(private readonly speed: number) {}

  /** Before this device opens its first page. It ends with the device. */
  async take({ context }: Device): Promise<void> {
    if (this.speed === 1) return;
    await context.clock.install();
    let isOpen = true;
    context.once('close', () => (isOpen = false));
    void this.drive(async (ms) => {
      // A page that goes meanwhile takes the answer with it.
      await context.clock.runFor(ms).catch(() => undefined);
      return isOpen;
    });
  }

  /** Resolves once this much time has passed in the pages. */
  pass(ms: number): Promise<void> {
    return sleep(ms / this.speed);
  }

  /** An installed clock goes by itself as fast as the real one; the rest is given to it step by step. */
  private async drive(give: (ms: number) => Promise<boolean>): Promise<void> {
    let last = performance.now();
    let goesOn: boolean;
    do {
      await sleep(STEP_MS);
      const now = performance.now();
      goesOn = await give((now - last) * (this.speed - 1));
      last = now;
    } while (goesOn);
  }
}

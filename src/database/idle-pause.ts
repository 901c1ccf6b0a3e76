/** Milliseconds. */
export interface IdlePauseOptions {
  /** Between two looks for work at least. */
  readonly firstMs: number;
  /** The longest pause. What other processes leave behind is found after that at the latest. */
  readonly lastMs: number;
}

/**
 * The pause of a worker between two looks for work. It doubles with each look in vain, so that idle processes cost nearly
 * nothing, and begins again with the shortest one when there was work, or when something may have made some.
 */
export class IdlePause {
  private ms: number;
  private isWoken = false;
  private endEarly: (() => void) | undefined;

  constructor(private readonly options: IdlePauseOptions) {
    this.ms = options.firstMs;
  }

  /** There may be work. Costs nearly nothing: there may be thousands of such changes a second. */
  readonly wake = (): void => {
    this.isWoken = true;
    this.endEarly?.();
  };

  /** There was work. */
  reset(): void {
    this.ms = this.options.firstMs;
  }

  /** Ends early when woken, but not before `firstMs`, or when the signal does. */
  async wait(signal: AbortSignal): Promise<void> {
    const { firstMs, lastMs } = this.options;
    await this.sleep(firstMs, signal);
    if (!this.isWoken && this.ms > firstMs) await this.sleep(this.ms - firstMs, signal, (end) => (this.endEarly = end));
    this.endEarly = undefined;
    this.ms = this.isWoken ? firstMs : Math.min(2 * this.ms, lastMs);
    this.isWoken = false;
  }

  private sleep(ms: number, signal: AbortSignal, begun?: (end: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end);
      begun?.(end);
    });
  }
}

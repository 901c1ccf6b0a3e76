import { Logger } from '@nestjs/common';

const EVERY_MS = 86_400_000;
const FIRST_WITHIN_MS = 3_600_000;

/**
 * Runs `work` once a day, the first time within an hour after `ready`: processes that start together must not work
 * together. What fails is logged and tried again the next day. Whoever makes one stops it.
 */
export class Daily {
  private readonly logger = new Logger(Daily.name);
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  /** @param task what it is, for the log, such as "Removing old operations" */
  constructor(
    private readonly task: string,
    ready: Promise<void>,
    private readonly work: () => Promise<void>,
  ) {
    void ready.then(() => this.schedule(Math.random() * FIRST_WITHIN_MS));
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private schedule(afterMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.run(), afterMs);
    this.timer.unref();
  }

  private async run(): Promise<void> {
    await this.work().catch((error: unknown) => {
      this.logger.warn({ err: error }, `${this.task}: failed; trying again tomorrow`);
    });
    this.schedule(EVERY_MS);
  }
}

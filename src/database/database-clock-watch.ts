import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { isSkewed, skewText } from './clock-skew.js';
import { DatabaseClock, MEASURE_EVERY_MS } from './database-clock.js';
import { DatabaseStartup } from './database-startup.js';
import { Database } from './database.js';

const LOOK_EVERY_MS = 1_000;
/** Monotonic time stands still while a machine sleeps, and the wall clock does not. */
const STEP_MS = 500;

/** Measures the database's clock every 30 s, and at once when the host's clock was set or the host has slept. */
@Injectable()
export class DatabaseClockWatch implements OnModuleDestroy {
  private readonly logger = new Logger(DatabaseClockWatch.name);
  private measuredAt = -Infinity;
  private hostBase = NaN;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private stopped = false;
  private isNamed = false;

  constructor(
    private readonly clock: DatabaseClock,
    private readonly database: Database,
    startup: DatabaseStartup,
  ) {
    void startup.ready.then(() => {
      this.noteMeasured();
      this.lookSoon();
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  private lookSoon(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.looking = this.look();
    }, LOOK_EVERY_MS).unref();
  }

  private async look(): Promise<void> {
    const hasSteppedMs = Math.abs(Date.now() - performance.now() - this.hostBase);
    if (hasSteppedMs > STEP_MS || performance.now() - this.measuredAt >= MEASURE_EVERY_MS) await this.measure();
    this.lookSoon();
  }

  /** What fails is tried again with the next look: the time goes on from the last measurement. */
  private async measure(): Promise<void> {
    try {
      await this.database.guarded(async () => {
        const client = await this.database.connect();
        try {
          await this.clock.measure(client);
          client.release();
        } catch (error) {
          client.release(true);
          throw error;
        }
      });
      this.noteMeasured();
    } catch (error) {
      this.logger.debug({ err: error }, 'The clock of the database was not measured');
    }
  }

  private noteMeasured(): void {
    this.measuredAt = performance.now();
    this.hostBase = Date.now() - this.measuredAt;
    const skewMs = this.clock.hostSkewMs;
    if (isSkewed(skewMs) && !this.isNamed) {
      this.logger.warn(`The clock of this host is ${skewText(skewMs)} the database's; see "clock" in /health`);
    }
    this.isNamed = isSkewed(skewMs);
  }
}

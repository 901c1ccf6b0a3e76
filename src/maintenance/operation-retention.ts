import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '../database/database.js';
import { DatabaseStartup } from '../database/database-startup.js';
import { KEPT_DAYS, purgeOperations } from './purge-operations.js';

const EVERY_MS = 86_400_000;
const FIRST_WITHIN_MS = 3_600_000;

/** Forgets old Idempotency-Keys, once a day. */
@Injectable()
export class OperationRetention implements OnModuleDestroy {
  private readonly logger = new Logger(OperationRetention.name);
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly database: Database,
    startup: DatabaseStartup,
  ) {
    // Processes that start together must not purge together.
    void startup.ready.then(() => this.schedule(Math.random() * FIRST_WITHIN_MS));
  }

  onModuleDestroy(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private schedule(afterMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.run(), afterMs);
    this.timer.unref();
  }

  private async run(): Promise<void> {
    try {
      const removed = await purgeOperations(() => this.database.connect());
      if (removed) this.logger.log(`Removed ${removed} operations older than ${KEPT_DAYS} days`);
    } catch (error) {
      this.logger.warn({ err: error }, 'Old operations were not removed; trying again tomorrow');
    }
    this.schedule(EVERY_MS);
  }
}

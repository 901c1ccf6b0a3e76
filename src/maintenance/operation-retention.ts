import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { DatabaseClock } from '../database/database-clock.js';
import { Database } from '../database/database.js';
import { DatabaseStartup } from '../database/database-startup.js';
import { Daily } from './daily.js';
import { KEPT_DAYS, purgeOperations } from './purge-operations.js';

/** Forgets old Idempotency-Keys, once a day. */
@Injectable()
export class OperationRetention implements OnModuleDestroy {
  private readonly logger = new Logger(OperationRetention.name);
  private readonly daily: Daily;

  constructor(database: Database, clock: DatabaseClock, startup: DatabaseStartup) {
    this.daily = new Daily('Removing old operations', startup.ready, async () => {
      const removed = await purgeOperations(() => database.connect(), clock.date());
      if (removed) this.logger.log(`Removed ${removed} operations older than ${KEPT_DAYS} days`);
    });
  }

  onModuleDestroy(): void {
    this.daily.stop();
  }
}

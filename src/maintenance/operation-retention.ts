import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '../database/database.js';
import { DatabaseStartup } from '../database/database-startup.js';
import { asWorker } from './worker-transaction.js';

/** The contract promises 30 days for an Idempotency-Key; a browser gives up its queue after 25. */
const KEPT_DAYS = 45;
const DAY_MS = 86_400_000;
const EVERY_MS = DAY_MS;
/** Processes that start together must not purge together. */
const FIRST_AFTER_MS = 60_000 + Math.random() * 3_600_000;
const BATCH_ROWS = 5_000;

const PURGE = `
  DELETE FROM foothold.operation
  WHERE ctid = ANY (ARRAY(SELECT ctid FROM foothold.operation WHERE created_at < $1 LIMIT ${BATCH_ROWS}))`;

/** Removes operations that nobody can send again, once a day, in batches that block nobody. */
@Injectable()
export class OperationRetention implements OnModuleDestroy {
  private readonly logger = new Logger(OperationRetention.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    startup: DatabaseStartup,
  ) {
    void startup.ready.then(() => this.schedule(FIRST_AFTER_MS));
  }

  onModuleDestroy(): void {
    clearTimeout(this.timer);
  }

  /** Returns how many operations were removed. */
  async purge(now: Date = new Date()): Promise<number> {
    const before = new Date(now.getTime() - KEPT_DAYS * DAY_MS);
    for (let removed = 0; ; ) {
      const { rowCount } = await asWorker(
        () => this.database.connect(),
        (client) => client.query(PURGE, [before]),
      );
      removed += rowCount ?? 0;
      if ((rowCount ?? 0) < BATCH_ROWS) return removed;
    }
  }

  private schedule(afterMs: number): void {
    this.timer = setTimeout(() => void this.run(), afterMs);
    this.timer.unref();
  }

  private async run(): Promise<void> {
    try {
      const removed = await this.purge();
      if (removed) this.logger.log(`Removed ${removed} operations older than ${KEPT_DAYS} days`);
    } catch (error) {
      this.logger.warn({ err: error }, 'Old operations were not removed; trying again tomorrow');
    }
    this.schedule(EVERY_MS);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { WrongServerError, DatabaseOverloaded } from './database-errors.js';
import { DatabaseStartup } from './database-startup.js';
import { Database } from './database.js';

/** Whoever probes is impatient: what the database has not answered by then counts as not known. */
export const PROBE_PATIENCE_MS = 500;
const PING = { name: 'ping', text: 'SELECT 1' };

/** Whether the database answers now. Many probes must not take the pool's connections: one ping at a time. */
@Injectable()
export class DatabasePing {
  private readonly logger = new Logger(DatabasePing.name);
  private pinging: Promise<string | null> | undefined;

  constructor(
    private readonly database: Database,
    private readonly startup: DatabaseStartup,
  ) {}

  /** What is wrong, in words that anybody may read, or null. Known within {@link PROBE_PATIENCE_MS}. */
  async fault(): Promise<string | null> {
    if (this.startup.missing !== null) return this.startup.missing;
    this.pinging ??= this.ping().finally(() => (this.pinging = undefined));
    const silence = `The database did not answer within ${PROBE_PATIENCE_MS} ms.`;
    return Promise.race([this.pinging, sleep(PROBE_PATIENCE_MS, silence, { ref: false })]);
  }

  /** The log has what is not for everybody. */
  private async ping(): Promise<string | null> {
    try {
      await this.database.query(PING, []);
      return null;
    } catch (error) {
      this.logger.warn({ err: error }, 'The database does not answer');
      if (error instanceof DatabaseOverloaded) return 'All connections are busy.';
      const { cause } = error as Error;
      return cause instanceof WrongServerError ? cause.message : 'The database does not answer.';
    }
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { PROBE_PATIENCE_MS, type DatabasePing } from './database-ping.js';

/**
 * What is counted in the database for those who watch over the service. They come often, and ask every process: it is
 * counted once at a time, however long that takes, and the count is kept for a while. They are impatient: nobody waits longer
 * than for a ping, and no connection is taken from requests while pings go unanswered.
 */
export class KeptCount<Count> {
  private known: Count | null = null;
  private keptUntil = 0;
  private counting: Promise<void> | undefined;

  constructor(
    private readonly ping: DatabasePing,
    private readonly keptMs: number,
    private readonly take: () => Promise<Count>,
  ) {}

  /** Null while the database does not answer: the count before would be a lie. If it is only slow, that one has to do. */
  async now(): Promise<Count | null> {
    if ((await this.ping.fault()) !== null) return null;
    if (performance.now() >= this.keptUntil) {
      this.counting ??= this.count();
      await Promise.race([this.counting, sleep(PROBE_PATIENCE_MS, undefined, { ref: false })]);
    }
    return this.known;
  }

  private async count(): Promise<void> {
    this.known = await this.take().catch(() => null);
    this.keptUntil = performance.now() + this.keptMs;
    this.counting = undefined;
  }
}

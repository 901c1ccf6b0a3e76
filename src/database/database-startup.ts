import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { WrongServerError, DatabaseNotReady } from './database-errors.js';
import { Lineage } from './lineage.js';
import { missingMigrations } from './migrations/index.js';
import { excessRights } from './service-role.js';

const RETRY_MS = 1_000;

/** What must hold once before the first request is served. It throws when it does not hold yet. */
export type StartupCheck = () => Promise<void>;

/**
 * Connects in the background, so that the process is up and can say what it waits for. Modes: `waiting` (with the
 * reason) until the database is reachable, has at least the code's migrations and passed every check; then `ready` for
 * good, because a later outage is told by each request's own answer and not by taking the process out of service.
 */
@Injectable()
export class DatabaseStartup implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(DatabaseStartup.name);
  private readonly checks: StartupCheck[] = [];
  private waitingFor: string | null = 'The database cannot be reached.';
  private stopped = false;
  /** What the role can do beyond its work, as the log was told. */
  private excess = '';
  private timer: NodeJS.Timeout | undefined;
  private announceReady!: () => void;
  /** Resolves once, when the service is ready. */
  readonly ready = new Promise<void>((resolve) => {
    this.announceReady = resolve;
  });

  constructor(
    private readonly dataSource: DataSource,
    private readonly lineage: Lineage,
  ) {}

  /** To be called before the application's bootstrap; checks run in this order, after the schema check. */
  addCheck(check: StartupCheck): void {
    this.checks.push(check);
  }

  /** Why the service is not ready, or null. */
  get missing(): string | null {
    return this.waitingFor;
  }

  /** Throws {@link DatabaseNotReady} while the service is not ready. */
  assertReady(): void {
    if (this.waitingFor !== null) throw new DatabaseNotReady(this.waitingFor);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.attempt();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async attempt(): Promise<void> {
    try {
      if (!this.dataSource.isInitialized) await this.dataSource.initialize();
      await this.checkMigrations();
      await this.checkRole();
      await this.readLineage();
      for (const check of this.checks) await check();
      this.waitingFor = null;
      this.announceReady();
    } catch (error) {
      // Everybody may read the reason, so only what was worded for it is told; the log has the rest.
      const isWorded = error instanceof DatabaseNotReady || error instanceof WrongServerError;
      const reason = isWorded ? error.message : 'The database cannot be reached.';
      if (reason !== this.waitingFor) this.logger.warn({ err: error }, `Not ready: ${reason}`);
      this.waitingFor = reason;
      if (!this.stopped) this.timer = setTimeout(() => void this.attempt(), RETRY_MS);
    }
  }

  /** A database that is ahead of the code is fine: the next version's migrations run before its processes start. */
  private async checkMigrations(): Promise<void> {
    const missing = missingMigrations(await this.executedMigrations());
    if (missing.length) {
      throw new DatabaseNotReady(
        `The database lacks the migration ${missing.join(', ')}; run "npm run migration:run".`,
      );
    }
  }

  /** Anyone may read the reason, so it names no role; the log does. */
  private async checkRole(): Promise<void> {
    const excess = await excessRights((text, values) => this.dataSource.query(text, values));
    if (!excess.length) return;
    const found = excess.map((right) => right.found).join('; ');
    if (found !== this.excess) this.logger.error(`The role of DATABASE_URL must not be used: ${found}`);
    this.excess = found;
    throw new DatabaseNotReady(
      'The database role of the service can get around row-level security or change history; "npm run doctor" says how to mend it.',
    );
  }

  private async readLineage(): Promise<void> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await this.lineage.begin((await runner.connect()) as PoolClient);
    } finally {
      await runner.release();
    }
  }

  private async executedMigrations(): Promise<Array<{ name: string }>> {
    const [table] = await this.dataSource.query<Array<{ exists: boolean }>>(
      `SELECT to_regclass('foothold.migrations') IS NOT NULL AS exists`,
    );
    return table?.exists ? this.dataSource.query('SELECT name FROM foothold.migrations') : [];
  }
}

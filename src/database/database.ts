import { Inject, Injectable } from '@nestjs/common';
import pg, { type Pool, type PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { CONFIG, type Config } from '../config/config.js';
import { isContention, isUniqueViolation, translateError } from './database-errors.js';
import { DatabaseStartup } from './database-startup.js';
import type { Statement } from './statement.js';
import { Transaction, type Scope } from './transaction.js';

/** Deadlocks and lost races for a lock pass by themselves; more than this is load, and the caller is told so. */
const CONTENTION_ATTEMPTS = 3;

/**
 * The edge to PostgreSQL for the paths where each round trip counts. It shares TypeORM's pool. Every error that leaves
 * it is translated: `DatabaseUnavailable`, `DatabaseOverloaded`, or a fault of ours.
 */
@Injectable()
export class Database {
  private readonly prepared: boolean;

  constructor(
    private readonly dataSource: DataSource,
    private readonly startup: DatabaseStartup,
    @Inject(CONFIG) config: Config,
  ) {
    this.prepared = config.database.preparedStatements;
  }

  /** TypeORM makes its pool when it connects. Throws `DatabaseNotReady` until the startup's checks have passed. */
  private get pool(): Pool {
    this.startup.assertReady();
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }

  /** Runs one statement in its own transaction. It must set its tenant itself (see `read_progress`). */
  async query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    try {
      const result = await this.pool.query(this.configOf(statement, values));
      return result.rows as Row[];
    } catch (error) {
      throw this.translated(error);
    }
  }

  /**
   * Runs `work` in one transaction of one tenant, with row-level security set to it. COMMIT when it resolves, ROLLBACK
   * when it throws. After a deadlock or a lost lock all of `work` runs again, so it must have no effect elsewhere.
   */
  async transaction<T>(scope: Scope, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt(scope, work);
      } catch (error) {
        if (attempt >= CONTENTION_ATTEMPTS || !isLostRace(error)) throw this.translated(error);
      }
    }
  }

  private async attempt<T>(scope: Scope, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const client: PoolClient = await this.pool.connect();
    const transaction = new Transaction(client, scope, (statement, values) => this.configOf(statement, values));
    try {
      const result = await work(transaction);
      await transaction.commit();
      client.release();
      return result;
    } catch (error) {
      client.release((await transaction.rollback(error)) === 'broken');
      throw error;
    }
  }

  private configOf(statement: Statement, values: readonly unknown[]): pg.QueryConfig {
    return { ...(this.prepared && { name: statement.name }), text: statement.text, values: [...values] };
  }

  private translated(error: unknown): unknown {
    const { max } = this.pool.options;
    return translateError(error, this.pool.totalCount >= max && this.pool.waitingCount > 0);
  }

  /** Connections of this process; zero before the first. */
  get poolState(): { total: number; idle: number; waiting: number } {
    if (this.startup.missing !== null) return { total: 0, idle: 0, waiting: 0 };
    return { total: this.pool.totalCount, idle: this.pool.idleCount, waiting: this.pool.waitingCount };
  }
}

const isLostRace = (error: unknown): boolean => isContention(error) || isUniqueViolation(error);

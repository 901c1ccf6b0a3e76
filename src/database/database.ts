import { Inject, Injectable } from '@nestjs/common';
import type { Pool, PoolClient, QueryConfig } from 'pg';
import { DataSource } from 'typeorm';
import { CONFIG, type Config } from '../config/config.js';
import { DatabaseCircuit } from './database-circuit.js';
import { translateError } from './database-errors.js';
import { DatabaseStartup } from './database-startup.js';
import { ReadConnections } from './read-connections.js';
import type { Statement } from './statement.js';

/**
 * The edge to PostgreSQL for the paths where each round trip counts; it shares TypeORM's pool. Every error that leaves
 * it is translated: `DatabaseUnavailable`, `DatabaseOverloaded`, `DatabaseNotReady`, or a fault of ours.
 */
@Injectable()
export class Database {
  private readonly prepared: boolean;

  constructor(
    private readonly dataSource: DataSource,
    private readonly startup: DatabaseStartup,
    private readonly circuit: DatabaseCircuit,
    private readonly reads: ReadConnections,
    @Inject(CONFIG) config: Config,
  ) {
    this.prepared = config.database.preparedStatements;
  }

  /** Runs one statement in its own transaction. It must set its tenant itself (see `read_progress`). */
  async query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    const { rows } = await this.guarded(() => this.pool.query(this.configOf(statement, values)));
    return rows as Row[];
  }

  /** The same for a statement that only reads and waits for no lock: it shares a connection with others. */
  async read<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    // A transaction-mode pooler gives a connection to one transaction at a time.
    if (!this.prepared) return this.query(statement, values);
    this.startup.assertReady();
    const { rows } = await this.guarded(() => this.reads.query(this.configOf(statement, values)));
    return rows as Row[];
  }

  /**
   * Runs what talks to the database, unless it is known to be down: that throws `DatabaseUnavailable` at once. Errors are
   * translated.
   */
  async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.circuit.run(work);
    } catch (error) {
      const { total, waiting } = this.poolState;
      throw translateError(error, waiting > 0 || total >= (this.pool.options.max ?? 0));
    }
  }

  /** A connection of the pool. Whoever takes one gives it back. */
  connect(): Promise<PoolClient> {
    return this.pool.connect();
  }

  configOf(statement: Statement, values: readonly unknown[]): QueryConfig {
    const { name, text } = statement;
    return this.prepared ? { name, text, values: values as unknown[] } : { text, values: values as unknown[] };
  }

  /** Connections of this process; zero before the first. */
  get poolState(): { total: number; idle: number; waiting: number } {
    if (this.startup.missing !== null) return { total: 0, idle: 0, waiting: 0 };
    const { totalCount, idleCount, waitingCount } = this.pool;
    return { total: totalCount, idle: idleCount, waiting: waitingCount };
  }

  /** TypeORM makes its pool when it connects. Throws `DatabaseNotReady` until the startup's checks have passed. */
  private get pool(): Pool {
    this.startup.assertReady();
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }
}

import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool, PoolClient, QueryConfig, QueryResult } from 'pg';
import { DataSource } from 'typeorm';
import { CONFIG, type Config } from '../config/config.js';
import { DatabaseCircuit } from './database-circuit.js';
import { DatabaseUnavailable, isLockTimeout, LineageChangedError, translateError } from './database-errors.js';
import { QUERY_TIMEOUT_MS } from './data-source-options.js';
import { DatabaseStartup } from './database-startup.js';
import { dated, Lineage, type Dated } from './lineage.js';
import { SharedConnections } from './shared-connections.js';
import type { Statement } from './statement.js';

/** What is read by key is there in a millisecond. */
const READS = { name: 'foothold reads', connections: 2, limitMs: 2_000 };
/** Of these, only the server's clock ends one that works: as for the pool. A lock is waited for elsewhere. */
const WRITES = { name: 'foothold writes', connections: 3, limitMs: QUERY_TIMEOUT_MS, lockLimitMs: 10 };
/** So many COMMITs wait for a disk that is slow: more connections get more of them into each turn of it. */
const MOST_WRITES_WAITING = 30;

/**
 * The edge to PostgreSQL for the paths where each round trip counts; it shares TypeORM's pool. Every error that leaves
 * it is translated: `DatabaseUnavailable`, `DatabaseOverloaded`, `DatabaseNotReady`, or a fault of ours.
 */
@Injectable()
export class Database implements OnApplicationShutdown {
  private readonly prepared: boolean;
  private readonly reads: SharedConnections;
  private readonly writes: SharedConnections;

  constructor(
    private readonly dataSource: DataSource,
    private readonly startup: DatabaseStartup,
    private readonly circuit: DatabaseCircuit,
    private readonly lineage: Lineage,
    @Inject(CONFIG) { database: { url, preparedStatements } }: Config,
  ) {
    this.prepared = preparedStatements;
    this.reads = new SharedConnections({ url, ...READS }, lineage);
    this.writes = new SharedConnections({ url, ...WRITES }, lineage);
  }

  onApplicationShutdown(): void {
    this.reads.close();
    this.writes.close();
  }

  /** Runs one statement in its own transaction. It must set its tenant itself (see `read_progress`). */
  async query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    const { rows } = await this.guarded(() => this.pool.query(this.configOf(statement, values)));
    return rows as Row[];
  }

  /** The same for a statement that only reads and waits for no lock: it shares a connection with others. */
  async read<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    if (!this.prepared) return this.readThroughPooler(statement, values);
    this.startup.assertReady();
    const { rows } = await this.guarded(() => this.reads.query(this.configOf(statement, values)));
    return rows as Row[];
  }

  /**
   * A transaction-mode pooler leads each transaction to a server of its choice, so the answer says in which timeline it was
   * given. In another than before, the lineage is looked at, and the answer after that counts.
   */
  private async readThroughPooler<Row>({ name, text }: Statement, values: readonly unknown[]): Promise<Row[]> {
    const read = (): Promise<Array<Row & Dated>> => this.query<Row & Dated>({ name, text: dated(text) }, values);
    let rows = await read();
    if (this.lineage.isOfNow(rows)) return rows;
    await this.guarded(async () => {
      const client = await this.connect();
      await this.lineage.check(client).finally(() => client.release());
    });
    rows = await read();
    if (this.lineage.isOfNow(rows)) return rows;
    throw new DatabaseUnavailable('its servers answer by turns');
  }

  /**
   * The same as `query` for a statement that seldom waits for a lock: it shares a connection, until it has to wait.
   * @param lineage of what the statement is based on
   * @throws LineageChangedError when another data set would get it; nothing is stored then
   */
  async write<Row>(statement: Statement, values: readonly unknown[], lineage: string): Promise<Row[]> {
    this.startup.assertReady();
    const config = this.configOf(statement, values);
    const assertSame = (): void => this.assertCurrent(lineage);
    const mayShare = this.prepared && this.writes.waiting < MOST_WRITES_WAITING;
    const { rows } = await this.guarded(async () => {
      try {
        if (mayShare) return await this.writes.query(config, assertSame);
      } catch (error) {
        // It has done nothing, and may wait where it holds nobody up.
        if (!isLockTimeout(error)) throw error;
      }
      return this.queryAlone(config, assertSame);
    });
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

  /** Statements that wait for an answer of the connections that they share. */
  get sharedState(): { reads: number; writes: number } {
    return { reads: this.reads.waiting, writes: this.writes.waiting };
  }

  private assertCurrent(lineage: string): void {
    if (lineage !== this.lineage.current) throw new LineageChangedError();
  }

  /** On a connection of the pool. */
  private async queryAlone(config: QueryConfig, beforeSending: () => void): Promise<QueryResult> {
    const client = await this.pool.connect();
    let failed = true;
    try {
      beforeSending();
      const result = await client.query(config);
      failed = false;
      return result;
    } finally {
      client.release(failed);
    }
  }

  /** TypeORM makes its pool when it connects. Throws `DatabaseNotReady` until the startup's checks have passed. */
  private get pool(): Pool {
    this.startup.assertReady();
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }
}

import pg, { type QueryConfig, type QueryResult } from 'pg';
import { CONNECT_TIMEOUT_MS } from './data-source-options.js';
import { DatabaseOverloaded, isOutage } from './database-errors.js';
import type { Lineage } from './lineage.js';

/** More than this many waiting for one connection is load that a queue would only make worse. */
const LONGEST_QUEUE = 200;

export interface SharedConnectionsOptions {
  readonly url: string;
  /** What PostgreSQL shows of the sessions. */
  readonly name: string;
  readonly connections: number;
  /** Whoever waits longer than this is behind something that hangs; its connection is dropped. */
  readonly limitMs: number;
  /** How long a statement may wait for a lock; without it, as long as the role may. */
  readonly lockLimitMs?: number;
}

/**
 * Connections that many statements share at once: each is sent without waiting for the answers before it (libpq calls this
 * pipelining). The database then goes from one to the next without sleeping in between, which saves a quarter of its time
 * and half of ours. For single statements, each its own transaction, that are done in a millisecond: what waits holds up
 * everybody behind it.
 *
 * A connection is made when it is needed, and dropped for another when it breaks or when an answer takes too long.
 */
export class SharedConnections {
  private readonly connections: SharedConnection[];

  constructor(
    private readonly options: SharedConnectionsOptions,
    private readonly lineage: Lineage,
  ) {
    this.connections = Array.from({ length: options.connections }, () => new SharedConnection(() => this.open()));
  }

  /**
   * @param beforeSending called when the connection is there; where it throws, nothing is sent
   * @throws DatabaseOverloaded when too many statements wait already, and what the driver throws
   */
  query(config: QueryConfig, beforeSending?: () => void): Promise<QueryResult> {
    const [first, ...others] = this.connections as [SharedConnection, ...SharedConnection[]];
    return others
      .reduce((least, other) => (other.waiting < least.waiting ? other : least), first)
      .query(config, beforeSending);
  }

  /** Statements that have no answer yet. */
  get waiting(): number {
    return this.connections.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  close(): void {
    for (const connection of this.connections) connection.close();
  }

  private async open(): Promise<pg.Client> {
    const { url, name, limitMs, lockLimitMs } = this.options;
    const client = new pg.Client({
      connectionString: url,
      application_name: name,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: limitMs,
      keepAlive: true,
      pipeline: true,
    });
    // Without a listener, Node would end the process; whoever waits for an answer is told by its query.
    client.on('error', () => undefined);
    try {
      await client.connect();
      await this.lineage.check(client);
      // Not as a parameter of the connection: poolers refuse those that they do not know.
      if (lockLimitMs !== undefined) await client.query(`SET lock_timeout = ${lockLimitMs}`);
      return client;
    } catch (error) {
      drop(client);
      throw error;
    }
  }
}

class SharedConnection {
  waiting = 0;
  private client: Promise<pg.Client> | undefined;

  constructor(private readonly open: () => Promise<pg.Client>) {}

  async query(config: QueryConfig, beforeSending?: () => void): Promise<QueryResult> {
    if (this.waiting >= LONGEST_QUEUE)
      throw new DatabaseOverloaded(`${this.waiting} statements wait for one connection`);
    this.waiting += 1;
    const client = (this.client ??= this.connect());
    try {
      const connected = await client;
      beforeSending?.();
      return await connected.query(config);
    } catch (error) {
      // Not answered in time: it may never be.
      if (isOutage(error)) this.replace(client);
      throw error;
    } finally {
      this.waiting -= 1;
    }
  }

  close(): void {
    if (this.client) this.replace(this.client);
  }

  private connect(): Promise<pg.Client> {
    const connecting = this.open();
    const replace = (): void => this.replace(connecting);
    connecting.then((client) => client.once('error', replace).once('end', replace), replace);
    return connecting;
  }

  /** Whoever still waits for an answer of the old one gets it, or an error of their own. */
  private replace(client: Promise<pg.Client>): void {
    if (this.client !== client) return;
    this.client = undefined;
    void client.then(drop, () => undefined);
  }
}

/** Not waited for: a server that hangs does not end its sessions. */
function drop(client: pg.Client): void {
  void client.end().catch(() => undefined);
}

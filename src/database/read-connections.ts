import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg, { type QueryConfig, type QueryResult } from 'pg';
import { CONFIG, type Config } from '../config/config.js';
import { DatabaseOverloaded, isOutage } from './database-errors.js';
import { Lineage } from './lineage.js';

const CONNECTIONS = 2;
const CONNECT_LIMIT_MS = 2_000;
/** What is read by key is there in a millisecond. Whoever waits longer than this is behind something that hangs. */
const READ_LIMIT_MS = 2_000;
/** More than this many waiting for one connection is load that a queue would only make worse. */
const LONGEST_QUEUE = 200;

/**
 * Connections that many reads share at once: each is sent without waiting for the answers before it (libpq calls this
 * pipelining). The database then goes from one to the next without sleeping in between, which saves a quarter of its time
 * and half of ours. For single statements that wait for no lock: what waits would hold up everybody behind it.
 *
 * A connection is made when it is needed, and dropped for another when it breaks or when an answer takes too long.
 */
@Injectable()
export class ReadConnections implements OnApplicationShutdown {
  private readonly url: string;
  private readonly connections: SharedConnection[];

  constructor(lineage: Lineage, @Inject(CONFIG) { database }: Config) {
    this.url = database.url;
    this.connections = Array.from({ length: CONNECTIONS }, () => new SharedConnection(() => this.open(lineage)));
  }

  /** Throws `DatabaseOverloaded` when too many wait already, and what the driver throws. */
  query(config: QueryConfig): Promise<QueryResult> {
    const [first, ...others] = this.connections as [SharedConnection, ...SharedConnection[]];
    return others.reduce((least, other) => (other.waiting < least.waiting ? other : least), first).query(config);
  }

  /** Reads that were asked for and have no answer yet. */
  get waiting(): number {
    return this.connections.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  onApplicationShutdown(): void {
    for (const connection of this.connections) connection.close();
  }

  private async open(lineage: Lineage): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'foothold reads',
      connectionTimeoutMillis: CONNECT_LIMIT_MS,
      query_timeout: READ_LIMIT_MS,
      keepAlive: true,
      pipeline: true,
    });
    // Without a listener, Node would end the process; whoever waits for an answer is told by its query.
    client.on('error', () => undefined);
    try {
      await client.connect();
      await lineage.check(client);
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

  async query(config: QueryConfig): Promise<QueryResult> {
    if (this.waiting >= LONGEST_QUEUE) throw new DatabaseOverloaded(`${this.waiting} reads wait for a connection`);
    this.waiting += 1;
    const client = (this.client ??= this.connect());
    try {
      return await (await client).query(config);
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

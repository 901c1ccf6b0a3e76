import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import pg from 'pg';
import { CONFIG, type Config } from '../config/config.js';
import { WrongServerError } from './database-errors.js';
import { DatabaseStartup } from './database-startup.js';
import { Lineage } from './lineage.js';

const LOOK_EVERY_MS = 1_000;
const LOOK_LIMIT_MS = 1_000;
/** A server that was replaced without being stopped goes on answering its old connections. */
const RENEW_EVERY_MS = 10_000;
/** While the process answers nothing, it can answer nothing wrong, and a connection made again costs 60 ms of CPU. */
const LOOK_IDLE_EVERY_MS = 30_000;

/**
 * Keeps the lineage fresh where connections outlive a failover: behind a pooler an open connection leads to another server
 * from one transaction to the next, and a former primary that still runs keeps its own. Looks every second on a connection
 * of its own, which is made again every 10 s, and goes where new connections go; every 30 s while nothing asks for the lineage.
 */
@Injectable()
export class LineageWatch implements OnModuleDestroy {
  private readonly logger = new Logger(LineageWatch.name);
  private readonly url: string;
  private client: pg.Client | undefined;
  private madeAt = -Infinity;
  private lookedAt = -Infinity;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private stopped = false;
  private refusal: string | undefined;

  constructor(
    private readonly lineage: Lineage,
    startup: DatabaseStartup,
    @Inject(CONFIG) { database }: Config,
  ) {
    this.url = database.url;
    void startup.ready.then(() => this.lookSoon());
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.looking;
    this.drop();
  }

  private lookSoon(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.looking = this.look().finally(() => this.lookSoon());
    }, LOOK_EVERY_MS).unref();
  }

  private async look(): Promise<void> {
    if (!this.lineage.wasUsed() && performance.now() - this.lookedAt < LOOK_IDLE_EVERY_MS) return;
    this.lookedAt = performance.now();
    try {
      if (performance.now() - this.madeAt >= RENEW_EVERY_MS) this.drop();
      await this.lineage.check((this.client ??= await this.connect()));
      this.refusal = undefined;
    } catch (error) {
      this.drop();
      const refusal = error instanceof WrongServerError ? error.message : undefined;
      if (refusal !== undefined && refusal !== this.refusal) this.logger.warn(refusal);
      this.refusal = refusal;
    }
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'foothold lineage',
      connectionTimeoutMillis: LOOK_LIMIT_MS,
      query_timeout: LOOK_LIMIT_MS,
    });
    // Without a listener, Node would end the process; the next look says so.
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch (error) {
      void client.end().catch(() => undefined);
      throw error;
    }
    this.madeAt = performance.now();
    return client;
  }

  /** Not waited for: a server that hangs does not end its sessions. */
  private drop(): void {
    void this.client?.end().catch(() => undefined);
    this.client = undefined;
  }
}

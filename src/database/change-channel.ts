import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { CONFIG, type Config } from '../config/config.js';
import { DatabaseStartup } from './database-startup.js';
import { Lineage } from './lineage.js';

const CHANNEL = 'foothold_changes';
/** A NOTIFY serialises all commits of its database, so each process sends one for all of its changes, at most this often. */
const BATCH_MS = 20;
const RECONNECT_MS = 1_000;
const CONNECT_LIMIT_MS = 2_000;
const QUERY_LIMIT_MS = 5_000;
/** Of a payload PostgreSQL takes less than 8,000 bytes. */
const TOPICS_PER_NOTICE = 200;
const TOPIC = /^[\w-]{1,32}$/;

type Listener = () => void;

/**
 * Tells every process of this database that something changed, so that it looks. A hint, which may be lost: whoever
 * listens also looks by itself now and then. Listeners of this process hear at once; the others by NOTIFY, after the
 * transaction and on a connection of its own, which also listens.
 *
 * Modes: idle (until the service is ready), connected, and waiting for the next attempt after the connection broke.
 */
@Injectable()
export class ChangeChannel implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ChangeChannel.name);
  private readonly url: string;
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly listenersToAll = new Set<Listener>();
  private readonly unsent = new Set<string>();
  private client: pg.Client | undefined;
  private connecting: Promise<void> | undefined;
  private batchTimer: NodeJS.Timeout | undefined;
  private sending: Promise<void> | undefined;
  private reconnectTimer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly startup: DatabaseStartup,
    private readonly lineage: Lineage,
    @Inject(CONFIG) { database }: Config,
  ) {
    this.url = database.listenUrl;
  }

  onApplicationBootstrap(): void {
    void this.startup.ready.then(() => this.connect());
  }

  /** After the last request was answered: what it changed is still told. */
  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.reconnectTimer);
    clearTimeout(this.batchTimer);
    await this.connecting;
    await this.sending;
    await this.send();
    // Not waited for: a server that hangs does not end its sessions.
    void this.client?.end().catch(() => undefined);
  }

  /** To be called after COMMIT. Costs the caller nothing but this call. */
  announce(topic: string): void {
    if (!TOPIC.test(topic))
      throw new TypeError(`"${topic}" is no topic: 1 to 32 of the characters A-Z, a-z, 0-9, _ and -`);
    this.tell(topic);
    this.unsent.add(topic);
    this.sendSoon();
  }

  /** Returns what ends the subscription. */
  subscribe(topic: string, listener: Listener): () => void {
    let listeners = this.listeners.get(topic);
    if (!listeners) this.listeners.set(topic, (listeners = new Set()));
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.listeners.get(topic) === listeners) this.listeners.delete(topic);
    };
  }

  /** Of every topic. Returns what ends the subscription. */
  subscribeToAll(listener: Listener): () => void {
    this.listenersToAll.add(listener);
    return () => this.listenersToAll.delete(listener);
  }

  private tell(topic: string): void {
    for (const listener of this.listenersToAll) listener();
    for (const listener of this.listeners.get(topic) ?? []) listener();
  }

  /** One batch at a time: while the database is slow, what comes meanwhile is the next one. */
  private sendSoon(): void {
    if (this.sending || this.batchTimer) return;
    this.batchTimer = setTimeout(() => {
      this.batchTimer = undefined;
      this.sending = this.send().finally(() => {
        this.sending = undefined;
        if (this.unsent.size && !this.stopped) this.sendSoon();
      });
    }, BATCH_MS);
  }

  private async send(): Promise<void> {
    const topics = [...this.unsent];
    this.unsent.clear();
    if (!topics.length || !this.client) return;
    const payloads: string[] = [];
    for (let at = 0; at < topics.length; at += TOPICS_PER_NOTICE) {
      payloads.push(topics.slice(at, at + TOPICS_PER_NOTICE).join(' '));
    }
    const text = 'SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload';
    await this.client.query(text, [CHANNEL, payloads]).catch((error: unknown) => this.lost(error));
  }

  private connect(): void {
    if (!this.stopped) this.connecting = this.open();
  }

  private async open(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'foothold changes',
      connectionTimeoutMillis: CONNECT_LIMIT_MS,
      query_timeout: QUERY_LIMIT_MS,
      keepAlive: true,
    });
    client.on('error', (error) => this.lost(error, client));
    client.on('end', () => this.lost(new Error('The connection ended'), client));
    client.on('notification', ({ processId, payload = '' }) => {
      if (processId === (client as pg.Client & { processID: number }).processID) return;
      for (const topic of payload.split(' ')) this.tell(topic);
    });
    try {
      await client.connect();
      await this.lineage.check(client);
      // A notice that a crash of the server loses was a hint only, so its commit need not wait for the disk.
      await client.query(`SET synchronous_commit = off; LISTEN ${CHANNEL}`);
      this.client = client;
    } catch (error) {
      this.retryLater(error);
      void client.end().catch(() => undefined);
    }
  }

  private lost(error: unknown, client = this.client): void {
    if (!client || client !== this.client) return;
    this.client = undefined;
    void client.end().catch(() => undefined);
    this.retryLater(error);
  }

  private retryLater(error: unknown): void {
    if (this.stopped) return;
    this.logger.warn({ err: error }, 'Changes by other processes are seen later now: the connection for LISTEN broke');
    this.reconnectTimer = setTimeout(() => this.connect(), RECONNECT_MS);
  }
}

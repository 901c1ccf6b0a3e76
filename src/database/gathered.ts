import { Logger } from '@nestjs/common';

export interface GatheredOptions<Items> {
  /** What is gathered, for the log. */
  readonly name: string;
  /** Stores one tenant's items; it may fail, and is then tried again. */
  readonly store: (tenantId: string, items: Items) => Promise<void>;
  /** One of two sets of the same tenant; `later` was gathered while `earlier` could not be stored. */
  readonly merge: (earlier: Items, later: Items) => Items;
  readonly storeAfterMs: number;
  /** At most so many tenants in one go, so that requests find connections. */
  readonly tenantsAtOnce: number;
}

/**
 * What requests note and must not pay for: gathered in memory, and stored tenant by tenant in the background.
 *
 * idle: nothing is gathered. Left by the first item.
 * waiting: a timer runs, and more is gathered. Left when it fires.
 * storing: what comes meanwhile waits for the next time. Left when all is stored, or at the first failure.
 * stopped: what was gathered is stored once more, and nothing is gathered after that.
 */
export class Gathered<Items> {
  private readonly logger: Logger;
  private readonly waiting = new Map<string, Items>();
  private timer: NodeJS.Timeout | undefined;
  private storing: Promise<void> | undefined;
  private stopped = false;

  constructor(private readonly options: GatheredOptions<Items>) {
    this.logger = new Logger(options.name);
  }

  /** How many tenants have items that are not stored. */
  get tenants(): number {
    return this.waiting.size;
  }

  /** @returns false once stopped: the items are not stored then */
  add(tenantId: string, items: Items): boolean {
    if (this.stopped) return false;
    this.merge(tenantId, items);
    this.storeSoon();
    return true;
  }

  /** After the last request was answered, and before the pool ends. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.storing;
    await this.storeSome(this.waiting.size);
  }

  private merge(tenantId: string, later: Items): void {
    const earlier = this.waiting.get(tenantId);
    this.waiting.set(tenantId, earlier === undefined ? later : this.options.merge(earlier, later));
  }

  private storeSoon(): void {
    if (this.stopped || this.timer || this.storing) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.storing = this.storeSome(this.options.tenantsAtOnce).finally(() => {
        this.storing = undefined;
        if (this.waiting.size > 0) this.storeSoon();
      });
    }, this.options.storeAfterMs).unref();
  }

  private async storeSome(tenants: number): Promise<void> {
    for (const [tenantId, items] of [...this.waiting].slice(0, tenants)) {
      this.waiting.delete(tenantId);
      try {
        await this.options.store(tenantId, items);
      } catch (error) {
        // The next tenant's would wait for the same database.
        const since = this.waiting.get(tenantId);
        this.waiting.set(tenantId, since === undefined ? items : this.options.merge(items, since));
        this.logger.debug({ err: error }, 'Not stored; trying again');
        return;
      }
    }
  }
}

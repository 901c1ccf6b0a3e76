import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { SightingRepository } from './sighting.repository.js';

const REMEMBERED = 100_000;
/** Once an hour is often enough for "in the last 30 days". */
const SEEN_AGAIN_MS = 3_600_000;
const STORE_AFTER_MS = 5_000;
/** A tenant's mirrors follow a change for those who were seen; more at once than this can wait for the next time. */
const TENANTS_AT_ONCE = 100;

/**
 * Who uses which tenant, so that a change of its shared part reaches their mirrors, too. A read must not cost a write:
 * sightings are gathered, and stored tenant by tenant, in the background.
 *
 * idle: nothing is gathered. Left by a sighting.
 * waiting: a timer runs, and more is gathered. Left when it fires.
 * storing: what comes meanwhile waits for the next time. Left when all is stored, or at the first failure.
 * stopped: what was gathered is stored, and nothing is gathered any more.
 */
@Injectable()
export class Sightings implements OnApplicationShutdown {
  private readonly logger = new Logger(Sightings.name);
  private readonly seen = new LRUCache<string, true>({ max: REMEMBERED, ttl: SEEN_AGAIN_MS });
  private readonly gathered = new Map<string, Set<string>>();
  private timer: NodeJS.Timeout | undefined;
  private storing: Promise<void> | undefined;
  private stopped = false;

  constructor(private readonly repository: SightingRepository) {}

  note({ tenantId, subject }: { readonly tenantId: string; readonly subject: string }): void {
    const key = `${tenantId} ${subject}`;
    if (this.stopped || this.seen.has(key)) return;
    this.seen.set(key, true);
    let subjects = this.gathered.get(tenantId);
    if (!subjects) this.gathered.set(tenantId, (subjects = new Set()));
    subjects.add(subject);
    this.storeSoon();
  }

  /** After the last request was answered, and before the pool ends. */
  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.storing;
    await this.store(this.gathered.size);
  }

  private storeSoon(): void {
    if (this.stopped || this.timer || this.storing) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.storing = this.store(TENANTS_AT_ONCE).finally(() => {
        this.storing = undefined;
        if (this.gathered.size > 0) this.storeSoon();
      });
    }, STORE_AFTER_MS).unref();
  }

  private async store(tenants: number): Promise<void> {
    for (const [tenantId, subjects] of [...this.gathered].slice(0, tenants)) {
      this.gathered.delete(tenantId);
      try {
        await this.repository.store(tenantId, [...subjects]);
      } catch (error) {
        // They are seen again within the hour. The next tenant's would wait for the same database, and can do so later.
        this.logger.debug({ err: error }, 'Sightings were not stored');
        return;
      }
    }
  }
}

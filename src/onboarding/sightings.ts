import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { SightingRepository } from './sighting.repository.js';

const REMEMBERED = 100_000;
/** Once an hour is often enough for "in the last 30 days". */
const SEEN_AGAIN_MS = 3_600_000;
const FLUSH_MS = 5_000;
/** A tenant's mirrors follow a change for those who were seen; more at once than this can wait for the next flush. */
const TENANTS_PER_FLUSH = 100;

/**
 * Who uses which tenant, so that a change of its shared part reaches their mirrors, too. A read must not cost a write:
 * sightings are gathered, and stored tenant by tenant, in the background.
 */
@Injectable()
export class Sightings implements OnModuleDestroy {
  private readonly logger = new Logger(Sightings.name);
  private readonly seen = new LRUCache<string, true>({ max: REMEMBERED, ttl: SEEN_AGAIN_MS });
  private readonly gathered = new Map<string, Set<string>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly repository: SightingRepository) {}

  note({ tenantId, subject }: { readonly tenantId: string; readonly subject: string }): void {
    const key = `${tenantId} ${subject}`;
    if (this.seen.has(key)) return;
    this.seen.set(key, true);
    let subjects = this.gathered.get(tenantId);
    if (!subjects) this.gathered.set(tenantId, (subjects = new Set()));
    subjects.add(subject);
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearTimeout(this.timer);
    await this.flush();
  }

  private async flush(): Promise<void> {
    this.timer = undefined;
    for (const [tenantId, subjects] of [...this.gathered].slice(0, TENANTS_PER_FLUSH)) {
      this.gathered.delete(tenantId);
      try {
        await this.repository.store(tenantId, [...subjects], new Date());
      } catch (error) {
        // They are seen again within the hour.
        this.logger.debug({ err: error }, 'Sightings were not stored');
      }
    }
    if (this.gathered.size > 0) this.timer = setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }
}

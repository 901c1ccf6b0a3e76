import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Gathered } from '../database/gathered.js';
import { SightingRepository } from './sighting.repository.js';

const REMEMBERED = 100_000;
/** Once an hour is often enough for "in the last 30 days". */
const SEEN_AGAIN_MS = 3_600_000;
const STORE_AFTER_MS = 5_000;
/** A tenant's mirrors follow a change for those who were seen; more at once than this can wait for the next time. */
const TENANTS_AT_ONCE = 100;

/**
 * Who uses which tenant, so that a change of its shared part reaches their mirrors, too. A read must not cost a write, so
 * they are stored in the background.
 */
@Injectable()
export class Sightings implements OnApplicationShutdown {
  private readonly seen = new LRUCache<string, true>({ max: REMEMBERED, ttl: SEEN_AGAIN_MS });
  private readonly gathered: Gathered<Set<string>>;

  constructor(repository: SightingRepository) {
    this.gathered = new Gathered({
      name: Sightings.name,
      store: (tenantId, subjects) => repository.store(tenantId, [...subjects]),
      merge: addAll,
      storeAfterMs: STORE_AFTER_MS,
      tenantsAtOnce: TENANTS_AT_ONCE,
    });
  }

  note({ tenantId, subject }: { readonly tenantId: string; readonly subject: string }): void {
    const key = `${tenantId} ${subject}`;
    if (this.seen.has(key)) return;
    if (this.gathered.add(tenantId, new Set([subject]))) this.seen.set(key, true);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.gathered.stop();
  }
}

function addAll(earlier: Set<string>, later: ReadonlySet<string>): Set<string> {
  for (const subject of later) earlier.add(subject);
  return earlier;
}

import { createHmac, type KeyObject } from 'node:crypto';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { DatabaseClock } from '../database/database-clock.js';
import { Gathered } from '../database/gathered.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { Tombstones } from './erasure/tombstones.js';
import { AuditRepository, type AuditEntry } from './audit.repository.js';

const HOUR_MS = 3_600_000;
const STORE_AFTER_MS = 250;
const TENANTS_AT_ONCE = 100;
/** Of all tenants together. What comes when memory is full is in the request log only. */
const MOST_TENANTS = 10_000;
const MOST_ENTRIES_OF_TENANT = 1_000;
const WARNING_PAUSE_MS = 60_000;

interface Counted {
  readonly entry: AuditEntry;
  times: number;
  readonly firstAt: Date;
  lastAt: Date;
}

/** By hour, and by everything that the entry says. */
type Entries = Map<string, Counted>;

/**
 * The audit log's entries that a caller can cause without any right in the tenant: one for each actor, action and hour,
 * with a count, so that they cannot bury the entries of others. They are written in the background, and so a refusal
 * costs the same time whether its tenant exists or not.
 */
@Injectable()
export class CountedAudit implements OnApplicationShutdown {
  private readonly logger = new Logger(CountedAudit.name);
  private readonly key: KeyObject;
  private silentUntil = 0;
  private readonly gathered = new Gathered<Entries>({
    name: CountedAudit.name,
    store: (tenantId, entries) => this.store(tenantId, entries),
    merge,
    storeAfterMs: STORE_AFTER_MS,
    tenantsAtOnce: TENANTS_AT_ONCE,
  });

  constructor(
    private readonly audit: AuditRepository,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: DatabaseClock,
    private readonly tombstones: Tombstones,
    @Inject(CONFIG) { erasure }: Config,
  ) {
    this.key = erasure.key;
  }

  /** Stored within a fraction of a second, and only if the tenant exists. */
  note(tenantId: string, entry: AuditEntry): void {
    const now = this.clock.date();
    if (this.gathered.tenants >= MOST_TENANTS) {
      this.warnOfMissing(now.getTime());
      return;
    }
    const key = JSON.stringify([Math.floor(now.getTime() / HOUR_MS), entry]);
    this.gathered.add(tenantId, new Map([[key, { entry, times: 1, firstAt: now, lastAt: now }]]));
  }

  /** At most once a minute: there is one for each request. */
  private warnOfMissing(now: number): void {
    if (now < this.silentUntil) return;
    this.silentUntil = now + WARNING_PAUSE_MS;
    this.logger.warn('Strangers ask for too many tenants: some entries of their audit logs are left out');
  }

  async onApplicationShutdown(): Promise<void> {
    await this.gathered.stop();
  }

  private async store(tenantId: string, entries: Entries): Promise<void> {
    await this.unitOfWork.run({ tenantId }, async (transaction) => {
      for (const [key, { entry, times, firstAt, lastAt }] of entries) {
        // Erased after the attempt: the log must not name the person again.
        const tombstone = await this.tombstones.inTenant(transaction, entry.actor);
        if (tombstone && tombstone.erasedAt >= firstAt) continue;
        const counted = { auditId: this.auditIdOf(tenantId, key), times, firstAt, lastAt };
        await this.audit.count(transaction, entry, counted);
      }
    });
  }

  /** The same in every process, and no way back to the actor, who may be erased later. */
  private auditIdOf(tenantId: string, key: string): string {
    const bytes = createHmac('sha256', this.key).update(`audit ${tenantId} ${key}`).digest().subarray(0, 16);
    // RFC 9562, version 8: made by rules of our own.
    bytes[6] = (bytes[6]! & 0x0f) | 0x80;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }
}

function merge(earlier: Entries, later: Entries): Entries {
  for (const [key, counted] of later) {
    const known = earlier.get(key);
    if (known) {
      known.times += counted.times;
      known.lastAt = counted.lastAt;
    } else if (earlier.size < MOST_ENTRIES_OF_TENANT) earlier.set(key, counted);
  }
  return earlier;
}

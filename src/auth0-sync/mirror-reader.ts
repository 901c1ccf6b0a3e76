import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { MirrorAccess } from './mirror-access.js';
import { MirrorFailure, type StoredMirrors } from './mirror.js';

const KEPT_MS = 60_000;
const KEPT_PEOPLE = 20_000;
/** Whoever waits has nothing else; a client's own limit is not far beyond. */
const PATIENCE_MS = 2_000;
/** A claim in the token answers after so long: what is read meanwhile is there the next time. */
const PATIENCE_WITH_CLAIM_MS = 30;

/** Reads of one person by several requests are one, and what was read serves for a minute. */
@Injectable()
export class MirrorReader {
  private readonly kept = new LRUCache<string, StoredMirrors>({ max: KEPT_PEOPLE, ttl: KEPT_MS });
  private readonly underWay = new Map<string, Promise<StoredMirrors>>();

  constructor(private readonly access: MirrorAccess) {}

  /**
   * Without the database. Undefined when it takes too long.
   * @param hasClaim something else is at hand to answer with
   * @throws MirrorFailure when it cannot be read now, the budget for reads included
   */
  async read(subject: string, hasClaim: boolean): Promise<StoredMirrors | undefined> {
    const kept = this.kept.get(subject);
    if (kept) return kept;
    const patienceMs = hasClaim ? PATIENCE_WITH_CLAIM_MS : PATIENCE_MS;
    const waiting = new AbortController();
    try {
      const tired = sleep(patienceMs, undefined, { signal: waiting.signal, ref: false }).catch(() => undefined);
      return await Promise.race([this.readOnce(subject), tired]);
    } finally {
      waiting.abort();
    }
  }

  private readOnce(subject: string): Promise<StoredMirrors> {
    const already = this.underWay.get(subject);
    if (already) return already;
    const reading = this.fetch(subject).finally(() => this.underWay.delete(subject));
    this.underWay.set(subject, reading);
    // Somebody who waits no longer has nobody to tell.
    reading.catch(() => undefined);
    return reading;
  }

  private async fetch(subject: string): Promise<StoredMirrors> {
    const stored = await this.access.readLeased(subject).catch((error: unknown) => {
      // A person whom Auth0 does not know has no mirror there, and will not have one in a minute either.
      if (error instanceof MirrorFailure && error.kind === 'refused') return new Map<string, unknown>();
      throw error;
    });
    this.kept.set(subject, stored);
    return stored;
  }
}

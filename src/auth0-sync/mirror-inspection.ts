import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/transaction.js';
import type { MirrorDrift } from './auth0-mirror.entity.js';
import { MirrorAccess } from './mirror-access.js';
import type { MirrorContent } from './mirror-content.js';
import { driftBetween, findMirror, unexplained } from './mirror-drift.js';
import { MirrorRecordRepository, type MirrorRecord } from './mirror-record.repository.js';
import { MirrorFailure } from './mirror.js';
import { Seal } from './seal.js';
import { WantedMirrors } from './wanted-mirrors.js';

export type { MirrorRecord } from './mirror-record.repository.js';

/** Somebody looks at one person and waits; a call for a person's own status goes before. */
const PATIENCE_MS = 3_000;

/** What lies in Auth0 at this moment, as it lies there; null when nothing does. */
export type HeldMirror =
  { readonly readable: true; readonly held: object | null } | { readonly readable: false; readonly reason: string };

/** What Auth0 holds of a member at this moment. */
export type LiveMirror =
  | { readonly outcome: 'read'; readonly content: MirrorContent; readonly drift: MirrorDrift | null }
  /** Something is there that we did not seal for this person and tenant. */
  | { readonly outcome: 'not_ours'; readonly drift: MirrorDrift | null }
  | { readonly outcome: 'nothing'; readonly drift: MirrorDrift | null }
  /** It could not be asked now: why. */
  | { readonly outcome: 'unreachable'; readonly reason: string };

/**
 * Lets an admin look at one mirror: what is noted of it, and what Auth0 holds. Changes nothing. Whatever asks Auth0 is one
 * call within the budget for reads, and not to be made inside a transaction: it may wait for its slot.
 */
@Injectable()
export class MirrorInspection {
  constructor(
    private readonly records: MirrorRecordRepository,
    private readonly access: MirrorAccess,
    private readonly wanted: WantedMirrors,
    private readonly seal: Seal,
  ) {}

  record(transaction: Transaction, subject: string): Promise<MirrorRecord | undefined> {
    return this.records.find(transaction, subject);
  }

  async held(tenantId: string, subject: string): Promise<HeldMirror> {
    try {
      const stored = await this.access.read(subject, PATIENCE_MS);
      return { readable: true, held: (stored.get(tenantId) as object | undefined) ?? null };
    } catch (error) {
      if (!(error instanceof MirrorFailure)) throw error;
      if (error.isPersonUnknown) return { readable: true, held: null };
      return { readable: false, reason: error.reason };
    }
  }

  /** Believed only if it is sealed, and compared with what should be there. */
  async live(tenantId: string, subject: string): Promise<LiveMirror> {
    try {
      const stored = await this.access.read(subject, PATIENCE_MS);
      const found = findMirror(stored, tenantId, subject, this.seal);
      const wanted = await this.wanted.take(tenantId, subject);
      const content = wanted?.content ?? null;
      const difference = wanted?.isPartial ? null : driftBetween(found, content);
      const drift = unexplained(difference, content, { stored, subject, seal: this.seal });
      if (found.content) return { outcome: 'read', content: found.content, drift };
      return { outcome: found.raw === undefined ? 'nothing' : 'not_ours', drift };
    } catch (error) {
      if (!(error instanceof MirrorFailure)) throw error;
      return { outcome: 'unreachable', reason: error.reason };
    }
  }
}

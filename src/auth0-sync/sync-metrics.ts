import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import type { MirrorDrift } from './auth0-mirror.entity.js';
import type { FailureKind } from './mirror.js';
import type { CallKind } from './rate-limits.js';

/** How one look at a due mirror ended. */
export type SendOutcome = 'sent' | 'unchanged' | 'compared' | 'retried' | 'parked';

/** What the sending of mirrors did. */
@Injectable()
export class SyncMetrics {
  private readonly sends: Counter<'outcome'>;
  private readonly coalesced: Counter;
  private readonly calls: Counter<'kind' | 'outcome'>;
  private readonly checks: Counter<'found'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.sends = new Counter({
      name: 'foothold_mirror_sends_total',
      help: 'Mirrors that were due, by how it ended',
      labelNames: ['outcome'],
      registers,
    });
    this.coalesced = new Counter({
      name: 'foothold_mirror_coalesced_total',
      help: 'Changes that needed no send of their own',
      registers,
    });
    this.calls = new Counter({
      name: 'foothold_mirror_calls_total',
      help: 'Calls to the Management API by outcome; rate_limited is its 429',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    this.checks = new Counter({
      name: 'foothold_mirror_checks_total',
      help: 'Comparisons of a mirror with the database, in the background or on request, by what was found',
      labelNames: ['found'],
      registers,
    });
  }

  /** @param drift how Auth0 differed from the database; null when it did not */
  countCheck(drift: MirrorDrift | null): void {
    this.checks.inc({ found: drift ?? 'same' });
  }

  countSend(outcome: SendOutcome): void {
    this.sends.inc({ outcome });
  }

  countCoalesced(changes: number): void {
    if (changes > 0) this.coalesced.inc(changes);
  }

  countCall(kind: CallKind, outcome: 'ok' | FailureKind): void {
    this.calls.inc({ kind, outcome });
  }
}

import { Inject, Injectable, Logger } from '@nestjs/common';
import { DatabaseClock } from '../database/database-clock.js';
import { Lineage } from '../database/lineage.js';
import { Tombstones } from '../tenant/erasure/tombstones.js';
import type { MirrorDrift } from './auth0-mirror.entity.js';
import { MirrorAccess } from './mirror-access.js';
import { MirrorCaseRepository } from './mirror-case.repository.js';
import { KEPT_TENANTS, type MirrorContent } from './mirror-content.js';
import { driftBetween, findMirror, lastChange, unexplained, type FoundMirror } from './mirror-drift.js';
import { MirrorFailure, type StoredMirrors } from './mirror.js';
import { MirrorRepository, type Claim } from './mirror.repository.js';
import { Seal, type SealedMirror } from './seal.js';
import { SyncMetrics } from './sync-metrics.js';
import { SYNC_TIMING, type SyncTiming } from './sync-timing.js';
import { WantedMirrors, type WantedMirror } from './wanted-mirrors.js';

/** Why a mirror waits for a release that has the member's flow version. */
const VERSION_UNAVAILABLE = 'flow_version_unavailable';

/** Why a mirror waits for a person's decision. */
const RECONCILIATION_REQUIRED = 'reconciliation_required';

const PRUNE_PATIENCE_MS = 2_000;
const LEASE_MARGIN_MS = 5_000;

/**
 * Brings one claimed mirror up to date: reads what Auth0 holds if that is not known, compares, writes the newest state
 * whole, and settles the claim, however it ended.
 */
@Injectable()
export class MirrorSender {
  private readonly logger = new Logger(MirrorSender.name);

  constructor(
    private readonly clock: DatabaseClock,
    private readonly lineage: Lineage,
    private readonly repository: MirrorRepository,
    private readonly wanted: WantedMirrors,
    private readonly cases: MirrorCaseRepository,
    private readonly tombstones: Tombstones,
    private readonly access: MirrorAccess,
    private readonly seal: Seal,
    private readonly metrics: SyncMetrics,
    @Inject(SYNC_TIMING) private readonly timing: SyncTiming,
  ) {}

  /** Never rejects, unless the database fails: then the lease ends by itself. */
  send(claim: Claim): Promise<void> {
    const isKnown = claim.lineage === this.lineage.current && claim.pendingCheck === null;
    return this.settling(claim, async () => {
      if (isKnown) return this.write(claim);
      if (await this.postponed(claim)) return;
      await this.compare(claim, await this.access.read(claim.subject, this.patienceOf(claim)));
    });
  }

  /**
   * The same after Auth0 was read under this claim.
   * @param stored what it holds, or why it could not be read
   */
  settleRead(claim: Claim, stored: StoredMirrors | MirrorFailure): Promise<void> {
    return this.settling(claim, async () => {
      if (stored instanceof MirrorFailure) throw stored;
      await this.compare(claim, stored);
    });
  }

  /**
   * Postpones a mirror that cannot be made, because this process cannot serve the member's flow version: without that flow
   * it would differ from what Auth0 should hold. Another process may be able to make it. Costs no call to Auth0.
   * @returns whether it was postponed; the claim is settled then
   */
  async postponed(claim: Claim): Promise<boolean> {
    const now = await this.wanted.take(claim.tenantId, claim.subject);
    if (!now?.isPartial) return false;
    await this.postpone(claim);
    return true;
  }

  private async settling(claim: Claim, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof MirrorFailure)) throw error;
      await this.settleFailure(claim, error);
    }
  }

  private async compare(claim: Claim, stored: StoredMirrors): Promise<void> {
    const { tenantId, subject } = claim;
    const found = findMirror(stored, tenantId, subject, this.seal);
    const now = await this.wanted.take(tenantId, subject);
    if (!now) return;
    if (now.isPartial) return this.postpone(claim);
    const difference = driftBetween(found, now.content);
    const drift = isSent(now) ? unexplained(difference, now.content, { stored, subject, seal: this.seal }) : difference;
    if (claim.pendingCheck !== null) this.metrics.countCheck(drift);
    if (!(await this.isAnswered(claim, found, now, drift))) await this.write(claim, drift);
  }

  /** @param drift what was found there, if it was looked at */
  private async write(claim: Claim, drift?: MirrorDrift | null): Promise<void> {
    const { tenantId, subject } = claim;
    // Taken when its slot has come, so that it is the newest; undefined when nothing is known of them any more.
    let sent: WantedMirror | undefined;
    const stored = await this.access.write(subject, this.patienceOf(claim), async () => {
      sent = await this.wanted.take(tenantId, subject);
      return sent && !sent.isPartial ? new Map([[tenantId, sent.content && this.seal.seal(sent.content)]]) : undefined;
    });
    if (sent?.isPartial) return this.postpone(claim);
    if (!sent || !stored) return;
    await this.settle(claim, sent, drift);
    this.metrics.countSend('sent');
    this.metrics.countCoalesced(sent.state.wanted - sent.state.mirrored - 1);
    await this.removeOldest(claim, stored);
  }

  /** Whether what was found there needs no write, or must not be overwritten. */
  private async isAnswered(
    claim: Claim,
    found: FoundMirror,
    now: WantedMirror,
    drift: MirrorDrift | null,
  ): Promise<boolean> {
    const raw = found.raw as SealedMirror;
    if (found.content && drift === 'ahead' && !(await this.isSettled(found.content, raw.seal))) {
      await this.cases.raise(found.content, raw);
      await this.repository.park(claim, RECONCILIATION_REQUIRED, { drift });
      this.logger.warn(`A mirror of tenant ${claim.tenantId} knows more than the database: a case was raised`);
      this.metrics.countSend('parked');
      return true;
    }
    if (claim.pendingCheck === 'compare' && isSent(now)) {
      await this.repository.compared(claim, drift);
      this.metrics.countSend('compared');
      return true;
    }
    if (drift !== null) return false;
    await this.settle(claim, now, drift);
    this.metrics.countSend('unchanged');
    return true;
  }

  private async postpone(claim: Claim): Promise<void> {
    const { versionMs, lastMs } = this.timing.retry;
    const longestMs = Math.min(versionMs * 2 ** claim.attempts, lastMs);
    const retryAt = this.clock.in(longestMs * (0.5 + Math.random() / 2));
    await this.repository.release(claim, retryAt, VERSION_UNAVAILABLE, 1);
    this.metrics.countSend('retried');
  }

  /** Decided on already, or taken before the person was erased, whose earlier life is to be overwritten. */
  private async isSettled(content: MirrorContent, seal: string): Promise<boolean> {
    if (await this.cases.isDecided(content, seal)) return true;
    const tombstones = await this.tombstones.of(content.subject);
    return tombstones.some(({ tenantId, erasedAt }) => tenantId === content.tenantId && content.asOf <= erasedAt);
  }

  private async settle(
    claim: Claim,
    { state, asOf, lineage }: WantedMirror,
    drift: MirrorDrift | null | undefined,
  ): Promise<void> {
    // What may still arrive late must be removed once more, so until then it is not forgotten whom it is about.
    if (state.memberStatus === null && !claim.doubtful && (await this.repository.forget(claim))) return;
    await this.repository.settle(claim, {
      wanted: state.wanted,
      tenantWanted: state.tenantWanted,
      lineage,
      mirroredAt: asOf,
      ...(claim.pendingCheck && drift !== undefined && { checked: { drift } }),
      checkAgainAt: claim.doubtful ? this.clock.in(this.timing.doubtMs) : null,
    });
  }

  /**
   * Keeps the five tenants in which the person's progress changed last; a forged mirror is the first to go. The times of
   * sending do not count, so that sends of one person at the same time agree on what to remove.
   */
  private async removeOldest({ subject }: Claim, stored: StoredMirrors): Promise<void> {
    const changes = [...stored]
      .map(([tenantId, raw]) => ({ tenantId, at: lastChange(this.seal.open(raw, tenantId, subject)) }))
      .sort((one, next) => next.at - one.at || (one.tenantId < next.tenantId ? -1 : 1));
    const surplus = changes.slice(KEPT_TENANTS);
    if (surplus.length === 0) return;
    const removal = new Map(surplus.map(({ tenantId }) => [tenantId, null]));
    await this.access
      .write(subject, PRUNE_PATIENCE_MS, async () => removal)
      .catch((error: unknown) => {
        if (!(error instanceof MirrorFailure)) throw error;
        this.logger.debug(`Surplus mirrors stay until the next send: ${error.reason}`);
      });
  }

  /** A send that begins must have ended before somebody else may begin one. */
  private patienceOf({ leasedUntil }: Claim): number {
    return leasedUntil.getTime() - this.clock.now() - this.timing.callMs - LEASE_MARGIN_MS;
  }

  private async settleFailure(claim: Claim, failure: MirrorFailure): Promise<void> {
    const { kind, reason, retryInMs = 0, isDoubtful } = failure;
    const jitterMs = Math.random() * this.timing.retry.firstMs;
    if (failure.isPersonUnknown && (await this.repository.forget(claim))) return this.metrics.countSend('unchanged');
    if (kind === 'refused') {
      await this.repository.park(claim, reason);
      this.logger.warn(`A mirror of tenant ${claim.tenantId} is parked: ${reason}`);
      return this.metrics.countSend('parked');
    }
    if (kind === 'rate_limited' || !isDoubtful) {
      await this.repository.release(claim, this.clock.in(retryInMs + jitterMs), reason);
    } else {
      await this.repository.retry(claim, this.clock.in(this.backoffMs(claim.attempts)), reason);
    }
    this.metrics.countSend('retried');
  }

  /** Full jitter: any time up to twice the last limit. */
  private backoffMs(attempts: number): number {
    const { firstMs, lastMs } = this.timing.retry;
    return Math.random() * Math.min(lastMs, firstMs * 2 ** (attempts + 1));
  }
}

const isSent = ({ state }: WantedMirror): boolean => state.wanted === state.mirrored;

import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../http/problem.js';
import { Tombstones } from '../tenant/erasure/tombstones.js';
import { NewcomerCheck } from '../tenant/newcomer-check.js';
import { MirrorAccess } from './mirror-access.js';
import { MirrorCaseRepository } from './mirror-case.repository.js';
import { MirrorFailure, type StoredMirrors } from './mirror.js';
import { Seal, type SealedMirror } from './seal.js';

/** A newcomer waits no longer than this for Auth0; then they are taken for new. */
const PATIENCE_MS = 800;
/** Of which for a slot of the budget. */
const SLOT_PATIENCE_MS = 300;

/**
 * A person whom the database does not know, and whose mirror says otherwise, is somebody it has lost: a case is raised,
 * and no second tenant is made in silence.
 */
@Injectable()
export class LostMemberCheck extends NewcomerCheck {
  private readonly logger = new Logger(LostMemberCheck.name);
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(
    private readonly access: MirrorAccess,
    private readonly cases: MirrorCaseRepository,
    private readonly seal: Seal,
    private readonly tombstones: Tombstones,
  ) {
    super();
  }

  /** The first requests of a person often come together: they share one look. */
  admit(subject: string): Promise<void> {
    const already = this.underWay.get(subject);
    if (already) return already;
    const looking = this.look(subject).finally(() => this.underWay.delete(subject));
    this.underWay.set(subject, looking);
    return looking;
  }

  private async look(subject: string): Promise<void> {
    const traces = await this.cases.tracesOf(subject);
    if (traces.some(({ status }) => status === 'open')) throw reconciliationRequired();
    const stored = await this.read(subject);
    if (stored.size === 0) return;
    const erased = await this.tombstones.of(subject);
    const known = new Set([
      ...traces.map(({ tenant_id: tenantId }) => tenantId),
      ...erased.map(({ tenantId }) => tenantId),
    ]);
    let isLost = false;
    for (const [tenantId, raw] of stored) {
      const content = this.seal.open(raw, tenantId, subject);
      // A membership that has ended is no loss, nor is one that was erased and that Auth0 has yet to follow; and what was
      // decided once is not asked again.
      if (!content || known.has(tenantId)) continue;
      await this.cases.raise(content, raw as SealedMirror);
      this.logger.warn(`A person is not known, and has a mirror of tenant ${tenantId}: a case was raised`);
      isLost = true;
    }
    if (isLost) throw reconciliationRequired();
  }

  /** Nothing when Auth0 cannot be asked in time: it must never keep a new person out. */
  private async read(subject: string): Promise<StoredMirrors> {
    const nothing: StoredMirrors = new Map();
    const waiting = new AbortController();
    const reading = this.access.read(subject, SLOT_PATIENCE_MS).catch((error: unknown) => {
      if (error instanceof MirrorFailure) return nothing;
      throw error;
    });
    try {
      const tooLate = sleep(PATIENCE_MS, nothing, { signal: waiting.signal, ref: false }).catch(() => nothing);
      return await Promise.race([reading, tooLate]);
    } finally {
      waiting.abort();
      // It may fail after nobody waits for it any more.
      reading.catch(() => undefined);
    }
  }
}

const reconciliationRequired = (): Problem => new Problem('reconciliation_required');

import { Injectable } from '@nestjs/common';
import { DatabaseClock } from '../database/database-clock.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { PartState, Role } from '../flow/index.js';
import type { MemberStatus } from '../tenant/member.entity.js';
import type { MirrorPlace } from '../maintenance/mirror-backlog.js';
import type { TenantStatus } from '../tenant/tenant.entity.js';
import type { MirrorCheck, MirrorDrift } from './auth0-mirror.entity.js';

/** A mirror that this process alone may send, until the lease ends. */
export interface Claim {
  readonly tenantId: string;
  readonly subject: string;
  readonly leasedUntil: Date;
  readonly attempts: number;
  readonly doubtful: boolean;
  /** The data set that was mirrored last; null when it is not known what Auth0 holds. */
  readonly lineage: string | null;
  readonly pendingCheck: MirrorCheck | null;
}

export interface ProgressPart {
  readonly flow_key: string;
  readonly subject: string;
  readonly flow_version: number;
  readonly steps: PartState['steps'];
  readonly data: PartState['data'];
  readonly revision: number;
  readonly started_at: string | null;
  readonly updated_at: string;
}

/** What the database says of a member now. */
export interface MemberState {
  readonly wanted: number;
  readonly mirrored: number;
  readonly mirroredAt: Date | null;
  readonly tenantWanted: number;
  /** Null, both of them, of somebody who was erased. */
  readonly role: Role | null;
  readonly memberStatus: MemberStatus | null;
  readonly tenantStatus: TenantStatus;
  readonly organizationId: string | null;
  readonly parts: readonly ProgressPart[];
}

/** How a send ended. */
export interface Settlement {
  /** `wanted` and the tenant's `wanted` of what Auth0 holds now. */
  readonly wanted: number;
  readonly tenantWanted: number;
  readonly lineage: string;
  readonly mirroredAt: Date;
  /** What was found before, where it was looked at. */
  readonly checked?: { readonly drift: MirrorDrift | null };
  /** To be looked at once more then: something may still arrive late. */
  readonly checkAgainAt: Date | null;
}

const CLAIM = {
  name: 'mirror_claim',
  text: `
    UPDATE foothold.auth0_mirror m SET leased_until = $2, due_at = $2
    FROM (
      SELECT subject FROM foothold.auth0_mirror
      WHERE tenant_id = $1 AND due_at <= $3 AND (leased_until IS NULL OR leased_until <= $3)
      ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED
    ) due
    WHERE m.tenant_id = $1 AND m.subject = due.subject
    RETURNING m.subject, m.attempts, m.doubtful, m.lineage, m.pending_check`,
};

/** One that nothing is due for, and that was seen last before $4. */
const CLAIM_UNSEEN = {
  name: 'mirror_claim_unseen',
  text: `
    UPDATE foothold.auth0_mirror m SET leased_until = $3, due_at = $3, pending_check = 'background'
    FROM (
      SELECT subject FROM foothold.auth0_mirror
      WHERE tenant_id = $1 AND subject = $2 AND due_at IS NULL AND parked IS NULL
        AND greatest(mirrored_at, checked_at) <= $4
      FOR UPDATE SKIP LOCKED
    ) unseen
    WHERE m.tenant_id = $1 AND m.subject = unseen.subject
    RETURNING m.subject, m.attempts, m.doubtful, m.lineage, m.pending_check`,
};

/** As if it had not been claimed. What was marked meanwhile is due when its mark says. */
const GIVE_BACK = {
  name: 'mirror_give_back',
  text: `
    UPDATE foothold.auth0_mirror SET leased_until = NULL, due_at = CASE WHEN due_at < $3 THEN due_at END,
      pending_check = CASE WHEN pending_check <> 'background' THEN pending_check END
    WHERE tenant_id = $1 AND subject = $2 AND leased_until = $3`,
};

const MEMBER_STATE = {
  name: 'mirror_member_state',
  text: `
    SELECT coalesce(m.wanted, 0) AS wanted, coalesce(m.mirrored, 0) AS mirrored, m.mirrored_at,
      coalesce(mt.wanted, 0) AS tenant_wanted, member.role, member.status AS member_status, t.status AS tenant_status,
      (SELECT o.organization_id FROM foothold.organization o WHERE o.tenant_id = $1 ORDER BY 1 LIMIT 1) AS organization_id,
      (SELECT coalesce(json_agg(part), '[]') FROM (
        SELECT flow_key, subject, flow_version, steps, data, revision, started_at, updated_at
        FROM foothold.onboarding_progress
        WHERE tenant_id = $1 AND subject IN ('', $2)) part) AS parts
    FROM foothold.tenant t
    LEFT JOIN foothold.member ON member.tenant_id = t.tenant_id AND member.subject = $2
    LEFT JOIN foothold.auth0_mirror m ON m.tenant_id = t.tenant_id AND m.subject = $2
    LEFT JOIN foothold.auth0_mirror_tenant mt ON mt.tenant_id = t.tenant_id
    WHERE t.tenant_id = $1 AND (member.subject IS NOT NULL OR m.subject IS NOT NULL)`,
};

/** Only the holder of the lease settles. What was marked meanwhile keeps the time that its mark gave it. */
const SETTLE = {
  name: 'mirror_settle',
  text: `
    UPDATE foothold.auth0_mirror SET mirrored = $4, mirrored_tenant = $5, lineage = $6, mirrored_at = $7,
      attempts = 0, last_error = NULL, parked = NULL, doubtful = false, leased_until = NULL,
      checked_at = coalesce($8::timestamptz, checked_at), drift = CASE WHEN $8 IS NULL THEN drift ELSE $9::text END,
      pending_check = CASE WHEN $10::timestamptz IS NULL THEN NULL ELSE 'repair' END,
      due_at = CASE WHEN wanted > $4 THEN least(due_at, $10) ELSE $10 END
    WHERE tenant_id = $1 AND subject = $2 AND leased_until = $3`,
};

const RETRY = {
  name: 'mirror_retry',
  text: `
    UPDATE foothold.auth0_mirror SET attempts = attempts + $6, last_error = $5, leased_until = NULL, due_at = $4,
      doubtful = doubtful OR $7
    WHERE tenant_id = $1 AND subject = $2 AND leased_until = $3`,
};

/** A change that came meanwhile makes it due again: that is when it is tried again. */
const PARK = {
  name: 'mirror_park',
  text: `
    UPDATE foothold.auth0_mirror SET attempts = attempts + 1, last_error = $4, parked = $4, leased_until = NULL,
      due_at = CASE WHEN due_at < $3 THEN due_at END, pending_check = NULL,
      checked_at = coalesce($5::timestamptz, checked_at), drift = CASE WHEN $5 IS NULL THEN drift ELSE $6::text END
    WHERE tenant_id = $1 AND subject = $2 AND leased_until = $3`,
};

/** Auth0 holds nothing of somebody who is no member any more: that is the end of it. */
const FORGET = {
  name: 'mirror_forget',
  text: `
    DELETE FROM foothold.auth0_mirror m WHERE m.tenant_id = $1 AND m.subject = $2 AND m.leased_until = $3
      AND NOT EXISTS (SELECT FROM foothold.member WHERE member.tenant_id = $1 AND member.subject = $2)
    RETURNING 1 AS forgotten`,
};

/** After a check that only compares: what is due besides stays due. */
const COMPARED = {
  name: 'mirror_compared',
  text: `
    UPDATE foothold.auth0_mirror SET pending_check = NULL, checked_at = $4, drift = $5, leased_until = NULL,
      attempts = 0, last_error = NULL, due_at = CASE WHEN wanted > mirrored THEN least(due_at, $4) END
    WHERE tenant_id = $1 AND subject = $2 AND leased_until = $3`,
};

/** What was found without asking Auth0. Sent again at once where that mends it; a case needs a look at Auth0 itself. */
const FOUND = {
  name: 'mirror_found',
  text: `
    INSERT INTO foothold.auth0_mirror AS m (tenant_id, subject, wanted, checked_at, drift, due_at, pending_check)
    VALUES ($1, $2, 0, $3, $4, $5, $6)
    ON CONFLICT (tenant_id, subject) DO UPDATE SET checked_at = $3, drift = $4, due_at = least(m.due_at, $5),
      pending_check = coalesce($6, m.pending_check), parked = CASE WHEN $5::timestamptz IS NULL THEN m.parked END`,
};

interface ClaimRow {
  readonly subject: string;
  readonly attempts: number;
  readonly doubtful: boolean;
  readonly lineage: string | null;
  readonly pending_check: MirrorCheck | null;
}

const claimOf = (tenantId: string, leasedUntil: Date, { pending_check: pendingCheck, ...row }: ClaimRow): Claim => ({
  tenantId,
  leasedUntil,
  pendingCheck,
  ...row,
});

/** The edge to the queue of mirrors. Each method is one transaction of one tenant. */
@Injectable()
export class MirrorRepository {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: DatabaseClock,
  ) {}

  async claim(tenantId: string, now: Date, leasedUntil: Date, limit: number): Promise<Claim[]> {
    const rows = await this.unitOfWork.run({ tenantId }, (transaction) =>
      transaction.query<ClaimRow>(CLAIM, [tenantId, leasedUntil, now, limit]),
    );
    return rows.map((row) => claimOf(tenantId, leasedUntil, row));
  }

  /** Undefined when it is due, or was seen meanwhile, or is with another process. */
  async claimUnseen({ tenantId, subject }: MirrorPlace, before: Date, leasedUntil: Date): Promise<Claim | undefined> {
    const [row] = await this.unitOfWork.run({ tenantId }, (transaction) =>
      transaction.query<ClaimRow>(CLAIM_UNSEEN, [tenantId, subject, leasedUntil, before]),
    );
    return row && claimOf(tenantId, leasedUntil, row);
  }

  giveBack(claim: Claim): Promise<void> {
    return this.update(GIVE_BACK, claim, []);
  }

  /** Undefined of somebody of whom nothing is known. */
  async memberState(tenantId: string, subject: string): Promise<MemberState | undefined> {
    const [row] = await this.unitOfWork.run({ tenantId }, (transaction) =>
      transaction.query<{
        wanted: number;
        mirrored: number;
        mirrored_at: Date | null;
        tenant_wanted: number;
        role: Role | null;
        member_status: MemberStatus | null;
        tenant_status: TenantStatus;
        organization_id: string | null;
        parts: ProgressPart[];
      }>(MEMBER_STATE, [tenantId, subject]),
    );
    return (
      row && {
        wanted: row.wanted,
        mirrored: row.mirrored,
        mirroredAt: row.mirrored_at,
        tenantWanted: row.tenant_wanted,
        role: row.role,
        memberStatus: row.member_status,
        tenantStatus: row.tenant_status,
        organizationId: row.organization_id,
        parts: row.parts,
      }
    );
  }

  settle(
    claim: Claim,
    { wanted, tenantWanted, lineage, mirroredAt, checked, checkAgainAt }: Settlement,
  ): Promise<void> {
    const drift = [checked ? this.clock.date() : null, checked?.drift ?? null];
    return this.update(SETTLE, claim, [wanted, tenantWanted, lineage, mirroredAt, ...drift, checkAgainAt]);
  }

  /** It got no answer: it may have been done all the same, or still be done later. */
  retry(claim: Claim, dueAt: Date, reason: string): Promise<void> {
    return this.update(RETRY, claim, [dueAt, reason, 1, true]);
  }

  /** Nothing was tried: any process may retry then. @param failures 1 if each further wait is to be longer */
  release(claim: Claim, dueAt: Date, reason: string | null, failures: 0 | 1 = 0): Promise<void> {
    return this.update(RETRY, claim, [dueAt, reason, failures, false]);
  }

  park(claim: Claim, reason: string, checked?: { readonly drift: MirrorDrift | null }): Promise<void> {
    return this.update(PARK, claim, [reason, checked ? this.clock.date() : null, checked?.drift ?? null]);
  }

  /** False, and nothing is done, when the person is a member, perhaps again. */
  async forget({ tenantId, subject, leasedUntil }: Claim): Promise<boolean> {
    const rows = await this.unitOfWork.run({ tenantId }, (transaction) =>
      transaction.query(FORGET, [tenantId, subject, leasedUntil]),
    );
    return rows.length > 0;
  }

  compared(claim: Claim, drift: MirrorDrift | null): Promise<void> {
    return this.update(COMPARED, claim, [this.clock.date(), drift]);
  }

  /** @param repairs makes the mirror due if it differs */
  async found(tenantId: string, subject: string, drift: MirrorDrift | null, repairs: boolean): Promise<void> {
    const now = this.clock.date();
    const dueAt = repairs && drift !== null ? now : null;
    const check = dueAt && drift === 'ahead' ? 'repair' : null;
    await this.unitOfWork.run({ tenantId }, (transaction) =>
      transaction.query(FOUND, [tenantId, subject, now, drift, dueAt, check]),
    );
  }

  private async update(
    statement: { readonly name: string; readonly text: string },
    { tenantId, subject, leasedUntil }: Claim,
    values: readonly unknown[],
  ): Promise<void> {
    await this.unitOfWork.run({ tenantId }, (transaction) =>
      transaction.query(statement, [tenantId, subject, leasedUntil, ...values]),
    );
  }
}

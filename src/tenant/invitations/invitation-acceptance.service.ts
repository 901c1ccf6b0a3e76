import { Injectable } from '@nestjs/common';
import { actingCaller, type Principal } from '../../auth/principal.js';
import type { Transaction } from '../../database/transaction.js';
import { UnitOfWork } from '../../database/unit-of-work.js';
import type { Role } from '../../flow/index.js';
import { Problem } from '../../http/problem.js';
import { AuditRepository } from '../audit.repository.js';
import { MemberRepository, type MemberRow } from '../members/member.repository.js';
import { Tombstones } from '../erasure/tombstones.js';
import { membershipRemoved, personErased, tenantClosed } from '../tenant-problems.js';
import type { TenantSummary } from '../tenant.service.js';
import { TenantLifecycleRepository } from '../tenants/tenant-lifecycle.repository.js';
import type { TenantRow } from '../tenants/tenant-view.js';
import { UntouchedDrafts } from '../tenants/untouched-drafts.js';
import { InvitationRepository, type InvitationRow } from './invitation.repository.js';
import { parseToken, type InvitationKey } from './invitation-token.js';
import { invitationNotFound } from './invitations.service.js';

type Newcomer = Pick<Principal, 'subject' | 'issuedAt' | 'impersonator'>;

/** Becoming a member by a token. */
@Injectable()
export class InvitationAcceptance {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly lifecycle: TenantLifecycleRepository,
    private readonly invitations: InvitationRepository,
    private readonly members: MemberRepository,
    private readonly audit: AuditRepository,
    private readonly drafts: UntouchedDrafts,
    private readonly tombstones: Tombstones,
  ) {}

  /**
   * Again by the same person is answered as the first time, so that a lost answer can be asked for once more. The draft
   * that the person may have is archived afterwards, in a transaction of its own tenant; a crash in between leaves it
   * where it does no harm, because a draft never counts as a choice.
   */
  async accept(newcomer: Newcomer, token: string): Promise<TenantSummary> {
    const key = parseToken(token);
    if (!key) throw invitationNotFound();
    const scope = { tenantId: key.tenantId, subject: newcomer.subject };
    const tenant = await this.unitOfWork.run(scope, (transaction) => this.join(transaction, newcomer, key));
    await this.drafts.archiveOf(newcomer);
    return tenant;
  }

  private async join(transaction: Transaction, newcomer: Newcomer, key: InvitationKey): Promise<TenantSummary> {
    const { subject, issuedAt } = newcomer;
    // A caller without a token of the tenant locks nothing of it.
    if (!(await this.invitations.findByToken(transaction, key))) throw invitationNotFound();
    await this.lifecycle.lock(transaction);
    const invitation = await this.invitations.findByToken(transaction, key);
    const tenant = await this.lifecycle.find(transaction);
    if (!invitation || !tenant || tenant.status === 'archived') throw invitationNotFound();
    const { role, invitation_id: invitationId } = invitation;

    const member = await this.members.find(transaction, subject);
    const isMine = invitation.accepted_by === subject;
    const now = transaction.now();
    if (!isMine) refuseEnded(invitation, now);
    if (tenant.status === 'closed') throw tenantClosed();
    const wasRemoved = member?.status === 'removed';
    if (wasRemoved && !bringsBack(invitation, member, newcomer)) throw membershipRemoved();
    if (member && !wasRemoved) {
      if (isMine) return summaryOf(tenant, member.role);
      throw new Problem('already_member');
    }

    if (wasRemoved) await this.members.change(transaction, subject, { role, status: 'active' }, now);
    else {
      const tombstone = await this.tombstones.inTenant(transaction, subject);
      if (tombstone && issuedAt < tombstone.erasedAt.getTime()) throw personErased();
      // A new membership would inherit what a job is still erasing.
      if (tombstone && (await this.members.isBeingErased(transaction, subject))) throw personErased();
      await this.members.join(transaction, subject, role, now);
    }
    await this.invitations.accept(transaction, invitationId, subject, now);
    const detail = { invitationId, role, invitedBy: invitation.invited_by, ...(wasRemoved && { wasRemoved }) };
    await this.audit.record(
      transaction.tenantId,
      { ...actingCaller(newcomer), action: 'invitation_accepted', subject, detail },
      transaction,
    );
    return summaryOf(tenant, role);
  }
}

const summaryOf = ({ tenant_id: id, name, status }: TenantRow, role: Role): TenantSummary => ({
  id,
  name,
  status,
  role,
});

/**
 * Whether another person made the invitation after this person was removed. A user who acts with tokens of both is on both
 * sides, and brings no one back. The maker may still invite: an open invitation is revoked when its maker is removed or gets
 * a lower role.
 */
function bringsBack(
  { number, invited_by: invitedBy, impersonator }: InvitationRow,
  { removed_after: removedAfter }: MemberRow,
  newcomer: Newcomer,
): boolean {
  if (number === null || removedAfter === null || number <= removedAfter) return false;
  const accepting = [newcomer.subject, newcomer.impersonator];
  return !accepting.includes(invitedBy) && (impersonator === null || !accepting.includes(impersonator));
}

/** @throws Problem saying what has become of the invitation */
function refuseEnded({ accepted_by, revoked_at, expires_at }: InvitationRow, now: Date): void {
  if (accepted_by !== null) {
    throw new Problem('invitation_used');
  }
  if (revoked_at !== null) throw new Problem('invitation_revoked');
  if (expires_at <= now) {
    throw new Problem(
      'invitation_expired',
      `This invitation expired at ${expires_at.toISOString()}; ask for a new one.`,
    );
  }
}

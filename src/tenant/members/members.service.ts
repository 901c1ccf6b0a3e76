import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import type { Role } from '../../flow/index.js';
import { parseOneOf } from '../../http/one-of.js';
import { pageOf, parseLimit, parseSubjectCursor, type Page, type PageQuery } from '../../http/page.js';
import { invalidRequest, Problem } from '../../http/problem.js';
import { refuseOutOfReach } from '../administration/capacity.js';
import { TenantAdministration, type Administration } from '../administration/tenant-administration.js';
import { memberNotFound } from '../tenant-problems.js';
import { InvitationRepository } from '../invitations/invitation.repository.js';
import { MemberRepository, type MemberRow } from './member.repository.js';

export interface MemberView {
  readonly subject: string;
  readonly role: Role;
  readonly status: MemberRow['status'];
  readonly joinedAt: string;
  readonly updatedAt: string;
}

export interface MemberPageQuery extends PageQuery {
  readonly status?: string | undefined;
}

export interface MemberChange {
  readonly role?: Role;
  /** Brings back a removed member; so does an invitation made after the removal, and never a login. */
  readonly status?: 'active';
  readonly reason?: string;
}

/** Who belongs to a tenant, and as what. */
@Injectable()
export class MembersService {
  constructor(
    private readonly administration: TenantAdministration,
    private readonly members: MemberRepository,
    private readonly invitations: InvitationRepository,
  ) {}

  async page(caller: Principal, tenantId: string, query: MemberPageQuery): Promise<Page<MemberView>> {
    const limit = parseLimit(query.limit);
    const status = parseOneOf(['active', 'removed'], query.status, 'status') ?? 'active';
    const after = parseSubjectCursor(query.cursor);
    return this.administration.run(caller, tenantId, { changes: false }, async ({ transaction }) => {
      const rows = await this.members.page(transaction, status, limit + 1, after);
      return pageOf(rows, limit, memberView, (row) => row.subject);
    });
  }

  async change(caller: Principal, tenantId: string, subject: string, change: MemberChange): Promise<MemberView> {
    if (change.role === undefined && change.status === undefined) {
      throw invalidRequest([
        { path: '', message: 'contains no change; send "role", or "status" to restore a removed member' },
      ]);
    }
    return this.administration.run(caller, tenantId, { changes: true }, async (administration) => {
      const { transaction, by } = administration;
      const before = await this.members.find(transaction, subject);
      if (!before || (before.status === 'removed' && change.status === undefined)) throw memberNotFound();
      const role = change.role ?? before.role;
      refuseOutOfReach(by.as, before.role, role);
      if (role === before.role && before.status === 'active') return memberView(before);
      if (role !== 'owner') await this.keepAnOwner(administration, before);
      const after = { ...before, role, status: 'active' as const, updated_at: transaction.now() };
      await this.members.change(transaction, subject, after, after.updated_at);
      if (before.status === 'active') await this.invitations.revokeOutOfReach(transaction, subject, role);
      const { reason } = change;
      await (before.status === 'removed'
        ? administration.record({ action: 'member_reinstated', subject, reason, detail: { role } })
        : administration.record({ action: 'role_changed', subject, reason, detail: { from: before.role, to: role } }));
      return memberView(after);
    });
  }

  /** Ends somebody's access at once, or one's own. Again is no error: whoever is not in is not in. */
  async remove(caller: Principal, tenantId: string, subject: string, reason?: string): Promise<void> {
    const isSelf = subject === caller.subject;
    const access = { changes: true, for: isSelf ? 'members' : 'admins' } as const;
    await this.administration.run(caller, tenantId, access, async (administration) => {
      const { transaction, by } = administration;
      const before = await this.members.find(transaction, subject);
      if (!before) throw memberNotFound();
      if (before.status === 'removed') return;
      if (!isSelf) refuseOutOfReach(by.as, before.role);
      await this.keepAnOwner(administration, before);
      await this.members.change(transaction, subject, { role: before.role, status: 'removed' }, transaction.now());
      await this.invitations.revokeOutOfReach(transaction, subject, undefined);
      const action = isSelf ? 'member_left' : 'member_removed';
      await administration.record({ action, subject, reason, detail: { role: before.role } });
    });
  }

  /** A tenant without an owner could be opened again, or closed, by nobody of its own. */
  private async keepAnOwner({ transaction }: Administration, { subject, role, status }: MemberRow): Promise<void> {
    if (role !== 'owner' || status !== 'active' || (await this.members.hasOwnerBeside(transaction, subject))) return;
    throw new Problem('last_owner');
  }
}

const memberView = ({ subject, role, status, created_at, updated_at }: MemberRow): MemberView => ({
  subject,
  role,
  status,
  joinedAt: created_at.toISOString(),
  updatedAt: updated_at.toISOString(),
});

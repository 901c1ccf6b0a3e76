import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import type { Role } from '../../flow/index.js';
import { pageOf, parseLimit, parseTimedCursor, timedPosition, type Page, type PageQuery } from '../../http/page.js';
import { Problem } from '../../http/problem.js';
import { refuseOutOfReach } from '../administration/capacity.js';
import { TenantAdministration } from '../administration/tenant-administration.js';
import { InvitationRepository, type NewInvitation } from './invitation.repository.js';
import { issueToken } from './invitation-token.js';

export interface InvitationRequest {
  readonly role: Role;
  readonly reason?: string;
}

export interface InvitationView {
  readonly id: string;
  readonly role: Role;
  readonly reason: string | null;
  readonly invitedBy: string;
  readonly createdAt: string;
  readonly expiresAt: string;
}

/** The only time that the token is told. */
export interface IssuedInvitation extends InvitationView {
  readonly token: string;
}

const LIFETIME_MS = 7 * 86_400_000;

/** Asking people in, by tokens that admins hand over in whatever way they trust. */
@Injectable()
export class InvitationsService {
  constructor(
    private readonly administration: TenantAdministration,
    private readonly invitations: InvitationRepository,
  ) {}

  async invite(caller: Principal, tenantId: string, { role, reason }: InvitationRequest): Promise<IssuedInvitation> {
    return this.administration.run(caller, tenantId, { changes: true }, async ({ transaction, by, record }) => {
      refuseOutOfReach(by.as, role);
      const { token, key } = issueToken(tenantId);
      const now = transaction.now();
      const row = {
        invitation_id: key.invitationId,
        role,
        reason: reason ?? null,
        invited_by: by.subject,
        impersonator: by.impersonator ?? null,
        created_at: now,
        expires_at: new Date(now.getTime() + LIFETIME_MS),
      };
      await this.invitations.issue(transaction, key, row);
      await record({ action: 'member_invited', reason, detail: { invitationId: key.invitationId, role } });
      return { ...invitationView(row), token };
    });
  }

  /** The open ones, newest first. */
  async page(caller: Principal, tenantId: string, query: PageQuery): Promise<Page<InvitationView>> {
    const limit = parseLimit(query.limit);
    const before = parseTimedCursor(query.cursor);
    return this.administration.run(caller, tenantId, { changes: false }, async ({ transaction }) => {
      const rows = await this.invitations.openPage(transaction, transaction.now(), limit + 1, before);
      return pageOf(rows, limit, invitationView, (row) => timedPosition(row.created_at, row.invitation_id));
    });
  }

  /** Again, or after it expired, is no error: its token opens nothing. */
  async revoke(caller: Principal, tenantId: string, invitationId: string, reason?: string): Promise<void> {
    await this.administration.run(caller, tenantId, { changes: true }, async ({ transaction, by, record }) => {
      const invitation = await this.invitations.find(transaction, invitationId);
      if (!invitation) throw invitationNotFound();
      refuseOutOfReach(by.as, invitation.role);
      if (invitation.accepted_by !== null) {
        throw new Problem('invitation_used', 'The invitation was already accepted; remove the member instead.');
      }
      if (invitation.revoked_at !== null) return;
      await this.invitations.revoke(transaction, invitationId, transaction.now());
      await record({ action: 'invitation_revoked', reason, detail: { invitationId, role: invitation.role } });
    });
  }
}

const invitationView = (row: NewInvitation): InvitationView => ({
  id: row.invitation_id,
  role: row.role,
  reason: row.reason,
  invitedBy: row.invited_by,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
});

export const invitationNotFound = (): Problem => new Problem('invitation_not_found');

import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import { ROLES, type Role } from '../../flow/index.js';
import type { TimedPosition } from '../../http/page.js';
import { reaches } from '../administration/capacity.js';
import type { InvitationKey } from './invitation-token.js';

export interface InvitationRow {
  readonly invitation_id: string;
  readonly role: Role;
  readonly reason: string | null;
  readonly invited_by: string;
  /** Who acted with the token of `invited_by`, if another user or a machine did. */
  readonly impersonator: string | null;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly accepted_by: string | null;
  readonly revoked_at: Date | null;
  /** Null of one that an older build made. */
  readonly number: number | null;
}

/** A new invitation; the tenant gives it its number. */
export type NewInvitation = Omit<InvitationRow, 'accepted_by' | 'revoked_at' | 'number'>;

const COLUMNS =
  'invitation_id, role, reason, invited_by, impersonator, created_at, expires_at, accepted_by, revoked_at, number';
const OPEN = 'tenant_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL';

const ISSUE = {
  name: 'invitation_issue',
  text: `WITH counted AS (
           UPDATE foothold.tenant SET invitations_made = invitations_made + 1 WHERE tenant_id = $1
           RETURNING invitations_made
         )
         INSERT INTO foothold.invitation
           (tenant_id, invitation_id, token_hash, role, reason, invited_by, created_at, expires_at, impersonator, number)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, invitations_made FROM counted`,
};
const PAGE = {
  name: 'invitation_page',
  text: `SELECT ${COLUMNS} FROM foothold.invitation
         WHERE ${OPEN} AND expires_at > $2
           AND ($3::timestamptz IS NULL OR (created_at, invitation_id) < ($3, $4::uuid))
         ORDER BY created_at DESC, invitation_id DESC LIMIT $5`,
};
const FIND = {
  name: 'invitation_find',
  text: `SELECT ${COLUMNS} FROM foothold.invitation WHERE tenant_id = $1 AND invitation_id = $2`,
};
const FIND_BY_TOKEN = {
  name: 'invitation_find_by_token',
  text: `SELECT ${COLUMNS} FROM foothold.invitation WHERE tenant_id = $1 AND invitation_id = $2 AND token_hash = $3`,
};
const ACCEPT = {
  name: 'invitation_accept',
  text: `UPDATE foothold.invitation SET accepted_by = $3, accepted_at = $4 WHERE ${OPEN} AND invitation_id = $2`,
};
const REVOKE = {
  name: 'invitation_revoke',
  text: `UPDATE foothold.invitation SET revoked_at = $3 WHERE ${OPEN} AND invitation_id = $2`,
};
const REVOKE_OF = {
  name: 'invitation_revoke_of',
  text: `UPDATE foothold.invitation SET revoked_at = $4 WHERE ${OPEN} AND invited_by = $2 AND role = ANY ($3)`,
};

/** Invitations of a tenant that the caller has locked: that keeps apart what is done to one of them at once. */
@Injectable()
export class InvitationRepository {
  async issue(
    transaction: Transaction,
    { invitationId, tokenHash }: InvitationKey,
    { role, reason, invited_by, impersonator, created_at, expires_at }: NewInvitation,
  ): Promise<void> {
    const what = [tokenHash, role, reason, invited_by, created_at, expires_at, impersonator];
    await transaction.query(ISSUE, [transaction.tenantId, invitationId, ...what]);
  }

  /** The open ones, newest first; at most `limit` older than `before`. */
  openPage(transaction: Transaction, now: Date, limit: number, before?: TimedPosition): Promise<InvitationRow[]> {
    const position = before ? [before.time, before.id] : [null, null];
    return transaction.query<InvitationRow>(PAGE, [transaction.tenantId, now, ...position, limit]);
  }

  async find(transaction: Transaction, invitationId: string): Promise<InvitationRow | undefined> {
    const [row] = await transaction.query<InvitationRow>(FIND, [transaction.tenantId, invitationId]);
    return row;
  }

  async findByToken(
    transaction: Transaction,
    { invitationId, tokenHash }: InvitationKey,
  ): Promise<InvitationRow | undefined> {
    const values = [transaction.tenantId, invitationId, tokenHash];
    const [row] = await transaction.query<InvitationRow>(FIND_BY_TOKEN, values);
    return row;
  }

  async accept(transaction: Transaction, invitationId: string, subject: string, now: Date): Promise<void> {
    await transaction.query(ACCEPT, [transaction.tenantId, invitationId, subject, now]);
  }

  async revoke(transaction: Transaction, invitationId: string, now: Date): Promise<void> {
    await transaction.query(REVOKE, [transaction.tenantId, invitationId, now]);
  }

  /** Whoever is removed or loses a role must not come back through a door that they left open. */
  async revokeOutOfReach(transaction: Transaction, invitedBy: string, role: Role | undefined): Promise<void> {
    const roles = ROLES.filter((granted) => role === undefined || !reaches(role, granted));
    await transaction.query(REVOKE_OF, [transaction.tenantId, invitedBy, roles, transaction.now()]);
  }
}

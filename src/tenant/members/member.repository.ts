import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import type { Role } from '../../flow/index.js';
import type { MembershipStatus } from '../member.entity.js';

export interface MemberRow {
  readonly subject: string;
  readonly role: Role;
  readonly status: MembershipStatus;
  readonly created_at: Date;
  readonly updated_at: Date;
  /** Of a removed member: the number of the newest invitation then, or null when that is not known. */
  readonly removed_after: number | null;
}

const COLUMNS = `subject, role, status, created_at, updated_at,
         CASE WHEN removal_noted_at IS NULL OR removal_noted_at = updated_at THEN removed_after END AS removed_after`;

const PAGE = {
  name: 'member_page',
  text: `SELECT ${COLUMNS} FROM foothold.member WHERE tenant_id = $1 AND status = $2 AND subject > $3
         ORDER BY subject LIMIT $4`,
};
const FIND = {
  name: 'member_find',
  text: `SELECT ${COLUMNS} FROM foothold.member WHERE tenant_id = $1 AND subject = $2 AND status <> 'erased'`,
};
const BEING_ERASED = {
  name: 'member_being_erased',
  text: `SELECT FROM foothold.member WHERE tenant_id = $1 AND subject = $2 AND status = 'erased'`,
};
const OTHER_OWNER = {
  name: 'member_other_owner',
  text: `SELECT FROM foothold.member
         WHERE tenant_id = $1 AND subject <> $2 AND role = 'owner' AND status = 'active' LIMIT 1`,
};

/** What Auth0 holds of a member depends on their role, and on whether they still are one. */
const MIRROR_IS_DUE = `
    INSERT INTO foothold.auth0_mirror AS m (tenant_id, subject, wanted, due_at) VALUES ($1, $2, 1, $5)
    ON CONFLICT (tenant_id, subject) DO UPDATE SET wanted = m.wanted + 1,
      due_at = least(m.due_at, excluded.due_at)`;
const JOIN = {
  name: 'member_join',
  text: `
    WITH joined AS (
      INSERT INTO foothold.member (tenant_id, subject, role, status, created_at, updated_at)
      VALUES ($1, $2, $3, $4, $5, $5)
    ), listed AS (
      INSERT INTO foothold.membership (subject, tenant_id, role, status) VALUES ($2, $1, $3, $4)
    )
    ${MIRROR_IS_DUE}`,
};
/** Somebody who no longer owns their draft has none: otherwise they could never get another one. */
const CHANGE = {
  name: 'member_change',
  text: `
    WITH changed AS (
      UPDATE foothold.member SET role = $3, status = $4, updated_at = $5, removed_after = CASE $4
        WHEN 'removed' THEN (SELECT t.invitations_made FROM foothold.tenant t WHERE t.tenant_id = $1) END,
        removal_noted_at = CASE $4 WHEN 'removed' THEN $5::timestamptz END
      WHERE tenant_id = $1 AND subject = $2
    ), listed AS (
      UPDATE foothold.membership SET role = $3, status = $4 WHERE subject = $2 AND tenant_id = $1
    ), no_draft AS (
      DELETE FROM foothold.draft_owner WHERE subject = $2 AND tenant_id = $1 AND ($3 <> 'owner' OR $4 <> 'active')
    )
    ${MIRROR_IS_DUE}`,
};

/** Members and, in the same statement, their directory rows. */
@Injectable()
export class MemberRepository {
  /** In the order of their subjects; at most `limit` after the given one. */
  page(transaction: Transaction, status: MembershipStatus, limit: number, after = ''): Promise<MemberRow[]> {
    return transaction.query<MemberRow>(PAGE, [transaction.tenantId, status, after, limit]);
  }

  /** Also somebody who was removed. */
  async find(transaction: Transaction, subject: string): Promise<MemberRow | undefined> {
    const [row] = await transaction.query<MemberRow>(FIND, [transaction.tenantId, subject]);
    return row;
  }

  /** Whether a job still erases what the tenant has of this person. */
  async isBeingErased(transaction: Transaction, subject: string): Promise<boolean> {
    return (await transaction.query(BEING_ERASED, [transaction.tenantId, subject])).length > 0;
  }

  async hasOwnerBeside(transaction: Transaction, subject: string): Promise<boolean> {
    return (await transaction.query(OTHER_OWNER, [transaction.tenantId, subject])).length === 1;
  }

  /** For somebody who never was a member. */
  async join(transaction: Transaction, subject: string, role: Role, now: Date): Promise<void> {
    await transaction.query(JOIN, [transaction.tenantId, subject, role, 'active', now]);
  }

  async change(
    transaction: Transaction,
    subject: string,
    { role, status }: Pick<MemberRow, 'role' | 'status'>,
    now: Date,
  ): Promise<void> {
    await transaction.query(CHANGE, [transaction.tenantId, subject, role, status, now]);
  }
}

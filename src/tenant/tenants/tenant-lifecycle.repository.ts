import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import type { TenantRow } from './tenant-view.js';

const FIND = {
  name: 'tenant_find',
  text: `SELECT t.tenant_id, t.name, t.status, t.created_at, t.updated_at, t.closed_at, o.organization_id
         FROM foothold.tenant t LEFT JOIN foothold.organization o ON o.tenant_id = t.tenant_id
         WHERE t.tenant_id = $1`,
};
/** Not FOR UPDATE: people may go on with their onboarding, whose rows refer to this one. */
const LOCK = {
  name: 'tenant_lock',
  text: 'SELECT FROM foothold.tenant WHERE tenant_id = $1 FOR NO KEY UPDATE',
};
const CREATE = {
  name: 'tenant_create',
  text: `INSERT INTO foothold.tenant (tenant_id, name, status, created_at, updated_at) VALUES ($1, $2, 'active', $3, $3)`,
};
const RENAME = {
  name: 'tenant_rename',
  text: 'UPDATE foothold.tenant SET name = $2, updated_at = $3 WHERE tenant_id = $1',
};
/** Auth0 holds mirrors of open tenants only, so every member's mirror is due when that changes. */
const MIRRORS_ARE_DUE = `
    INSERT INTO foothold.auth0_mirror_tenant AS m (tenant_id, wanted, due_at) SELECT tenant_id, 1, $2 FROM changed
    ON CONFLICT (tenant_id) DO UPDATE SET wanted = m.wanted + 1,
      due_at = least(m.due_at, excluded.due_at)`;
/** The foreign key `membership_knows_closed` tells the members' directory rows. */
const CLOSE = {
  name: 'tenant_close',
  text: `
    WITH changed AS (
      UPDATE foothold.tenant SET status = 'closed', closed_at = $2, updated_at = $2 WHERE tenant_id = $1
      RETURNING tenant_id
    )
    ${MIRRORS_ARE_DUE}`,
};
const REOPEN = {
  name: 'tenant_reopen',
  text: `
    WITH changed AS (
      UPDATE foothold.tenant SET status = 'active', closed_at = NULL, updated_at = $2 WHERE tenant_id = $1
      RETURNING tenant_id
    )
    ${MIRRORS_ARE_DUE}`,
};
/** What else is stored of a tenant, in another table, is a change of the tenant. */
const TOUCH = {
  name: 'tenant_touch',
  text: 'UPDATE foothold.tenant SET updated_at = $2 WHERE tenant_id = $1',
};
const DISCONNECT = {
  name: 'tenant_disconnect',
  text: 'DELETE FROM foothold.organization WHERE tenant_id = $1',
};
const CONNECT = {
  name: 'tenant_connect',
  text: `INSERT INTO foothold.organization (organization_id, tenant_id) VALUES ($2, $1)
         ON CONFLICT DO NOTHING RETURNING organization_id`,
};
/** In the order in which a transition locks them, and before the tenant, which a transition may change after them. */
const LOCK_PROGRESS = {
  name: 'tenant_lock_progress',
  text: `SELECT FROM foothold.onboarding_progress WHERE tenant_id = $1 ORDER BY flow_key, subject FOR UPDATE`,
};
/** FOR UPDATE also keeps out whoever is about to make a first row that refers to the tenant. */
const LOCK_WHOLE = { name: 'tenant_lock_whole', text: 'SELECT FROM foothold.tenant WHERE tenant_id = $1 FOR UPDATE' };
const IS_UNTOUCHED = {
  name: 'tenant_is_untouched',
  text: `SELECT FROM foothold.tenant t
         WHERE t.tenant_id = $1 AND t.status = 'draft' AND t.updated_at = t.created_at
           AND NOT EXISTS (SELECT FROM foothold.onboarding_progress p WHERE p.tenant_id = $1 AND p.revision > 0)
           AND NOT EXISTS (SELECT FROM foothold.invitation i WHERE i.tenant_id = $1)
           AND (SELECT count(*) FROM foothold.member m WHERE m.tenant_id = $1) = 1`,
};
/** The memberships end with it, its organisation is free for another tenant, and every member's mirror is due. */
const ARCHIVE = {
  name: 'tenant_archive',
  text: `
    WITH changed AS (
      UPDATE foothold.tenant SET status = 'archived', updated_at = $2 WHERE tenant_id = $1 RETURNING tenant_id
    ), ended AS (
      UPDATE foothold.member m SET status = 'removed', updated_at = $2
      FROM changed WHERE m.tenant_id = changed.tenant_id AND m.status = 'active'
      RETURNING m.tenant_id, m.subject
    ), unlisted AS (
      UPDATE foothold.membership ms SET status = 'removed'
      FROM ended WHERE ms.subject = ended.subject AND ms.tenant_id = ended.tenant_id
    ), no_draft AS (
      DELETE FROM foothold.draft_owner d USING ended WHERE d.subject = ended.subject AND d.tenant_id = ended.tenant_id
    ), disconnected AS (
      DELETE FROM foothold.organization o USING changed WHERE o.tenant_id = changed.tenant_id
    )
    ${MIRRORS_ARE_DUE}`,
};

/** How a tenant comes to be, changes and ends. Who may do that is decided elsewhere. */
@Injectable()
export class TenantLifecycleRepository {
  async find(transaction: Transaction): Promise<TenantRow | undefined> {
    const [row] = await transaction.query<TenantRow>(FIND, [transaction.tenantId]);
    return row;
  }

  /**
   * Until the end of the transaction nobody else changes the tenant or who belongs to it. What was read before the lock
   * is to be read again: a statement that waits for a lock has read the other rows before it waited.
   */
  async lock(transaction: Transaction): Promise<void> {
    await transaction.query(LOCK, [transaction.tenantId]);
  }

  async create(transaction: Transaction, name: string, now: Date): Promise<void> {
    await transaction.query(CREATE, [transaction.tenantId, name, now]);
  }

  async rename(transaction: Transaction, name: string, now: Date): Promise<void> {
    await transaction.query(RENAME, [transaction.tenantId, name, now]);
  }

  async close(transaction: Transaction, now: Date): Promise<void> {
    await transaction.query(CLOSE, [transaction.tenantId, now]);
  }

  async reopen(transaction: Transaction, now: Date): Promise<void> {
    await transaction.query(REOPEN, [transaction.tenantId, now]);
  }

  async touch(transaction: Transaction, now: Date): Promise<void> {
    await transaction.query(TOUCH, [transaction.tenantId, now]);
  }

  async disconnect(transaction: Transaction): Promise<void> {
    await transaction.query(DISCONNECT, [transaction.tenantId]);
  }

  /** False when the organisation is another tenant's. The tenant itself must have none. */
  async connect(transaction: Transaction, organizationId: string): Promise<boolean> {
    const rows = await transaction.query(CONNECT, [transaction.tenantId, organizationId]);
    return rows.length === 1;
  }

  /** Locks a draft that nobody ever did anything with; false when it is anything else. */
  async lockUntouchedDraft(transaction: Transaction): Promise<boolean> {
    const values = [transaction.tenantId];
    await transaction.query(LOCK_PROGRESS, values);
    await transaction.query(LOCK_WHOLE, values);
    return (await transaction.query(IS_UNTOUCHED, values)).length === 1;
  }

  async archive(transaction: Transaction, now: Date): Promise<void> {
    await transaction.query(ARCHIVE, [transaction.tenantId, now]);
  }
}

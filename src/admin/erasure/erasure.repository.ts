import { Injectable } from '@nestjs/common';
import type { Statement } from '../../database/statement.js';
import type { Transaction } from '../../database/transaction.js';
import type { Burial, Erased } from './erased.js';
import { moveHistory, renamed, renameInOthers, WRITTEN } from './erased-history.js';

/** The only role that may change history. */
const BECOME_ERASER = { name: 'erase_role', text: 'SET LOCAL ROLE foothold_erase' };
const RESET_ROLE = { name: 'erase_role_reset', text: 'RESET ROLE' };

/** In the order in which a transition locks them: the tenant's parts first. */
const LOCK_PARTS = {
  name: 'erase_lock_parts',
  text: `SELECT FROM foothold.onboarding_progress
         WHERE tenant_id = $1 AND subject IN ('', $2) ORDER BY flow_key, subject FOR UPDATE`,
};

const LOCK_OWN_PARTS = {
  name: 'erase_lock_own_parts',
  text: `SELECT FROM foothold.onboarding_progress WHERE tenant_id = $1 AND subject = $2 ORDER BY flow_key FOR UPDATE`,
};

const OWN_FLOWS = {
  name: 'erase_own_flows',
  text: 'SELECT flow_key FROM foothold.onboarding_progress WHERE tenant_id = $1 AND subject = $2 ORDER BY flow_key',
};

/** What stays of them needs a member that it belongs to. */
const ADD_PSEUDONYM = {
  name: 'erase_add_pseudonym',
  text: `INSERT INTO foothold.member (tenant_id, subject, role, status, created_at, updated_at)
         SELECT tenant_id, $3, role, 'erased', created_at, $4 FROM foothold.member
         WHERE tenant_id = $1 AND subject = $2 ON CONFLICT DO NOTHING`,
};
const COPY_PART = {
  name: 'erase_copy_part',
  text: `INSERT INTO foothold.onboarding_progress
           (tenant_id, flow_key, subject, flow_version, steps, data, revision, delivered, opened_at, started_at, updated_at)
         SELECT tenant_id, flow_key, $4, flow_version, '{}', '{}', revision, delivered, opened_at, started_at, updated_at
         FROM foothold.onboarding_progress WHERE tenant_id = $1 AND flow_key = $2 AND subject = $3`,
};
const KEEP_STATE = {
  name: 'erase_keep_state',
  text: `UPDATE foothold.onboarding_progress SET steps = $4::jsonb, data = $5::jsonb
         WHERE tenant_id = $1 AND flow_key = $2 AND subject = $3`,
};
/** Its history is moved: until it goes with its member, it is a part that nothing was done in. */
const EMPTY_OWN_PART = {
  name: 'erase_empty_own_part',
  text: `UPDATE foothold.onboarding_progress SET steps = '{}', data = '{}', revision = 0, delivered = 0, started_at = NULL
         WHERE tenant_id = $1 AND flow_key = $2 AND subject = $3`,
};

/** What the rollup has not counted of them yet. Until now the rows name revisions that their part no longer has. */
const MOVE_DUE = {
  name: 'erase_move_due',
  text: 'UPDATE foothold.part_due SET subject = $3 WHERE tenant_id = $1 AND subject = $2',
};

/** Whoever is erased has come as far as they had: they stay counted, and are counted once. */
const MOVE_POSITIONS = {
  name: 'erase_move_positions',
  text: 'UPDATE foothold.onboarding_position SET subject = $3 WHERE tenant_id = $1 AND subject = $2',
};

/** That something was done stays, and not by or to whom. A reason is in somebody's own words, and may say anything. */
const REST: readonly Statement[] = [
  {
    name: 'erase_audit',
    text: `UPDATE foothold.audit
           SET actor = CASE actor WHEN $2 THEN $3 ELSE actor END,
             impersonator = CASE impersonator WHEN $2 THEN $3 ELSE impersonator END, subject = CASE subject WHEN $2 THEN $3 ELSE subject END,
             reason = CASE WHEN $2 IN (actor, subject, impersonator) THEN NULL ELSE reason END, detail = ${renamed('detail')}
           WHERE tenant_id = $1 AND (actor = $2 OR subject = $2 OR impersonator = $2 OR position(${WRITTEN} IN detail::text) > 0)`,
  },
  {
    name: 'erase_invitations',
    text: `UPDATE foothold.invitation
           SET invited_by = CASE invited_by WHEN $2 THEN $3 ELSE invited_by END,
             accepted_by = CASE accepted_by WHEN $2 THEN $3 ELSE accepted_by END,
             impersonator = CASE impersonator WHEN $2 THEN $3 ELSE impersonator END,
             reason = NULL
           WHERE tenant_id = $1 AND (invited_by = $2 OR accepted_by = $2 OR impersonator = $2)`,
  },
  {
    name: 'erase_bulk_jobs',
    text: `UPDATE foothold.bulk_job
           SET created_by = CASE created_by WHEN $2 THEN $3 ELSE created_by END,
             impersonator = CASE impersonator WHEN $2 THEN $3 ELSE impersonator END, people = ${renamed('people')},
             reason = CASE WHEN $2 IN (created_by, impersonator) THEN '(erased)' ELSE reason END,
             cursor = CASE cursor WHEN $2 THEN '' ELSE cursor END,
             examined = CASE cursor WHEN $2 THEN 0 ELSE examined END,
             not_matched = CASE WHEN cursor = $2 AND not_matched > 0 THEN 0 ELSE not_matched END
           WHERE tenant_id = $1
             AND (created_by = $2 OR impersonator = $2 OR cursor = $2 OR position(${WRITTEN} IN people::text) > 0)`,
  },
  {
    name: 'erase_bulk_items',
    text: 'UPDATE foothold.bulk_item SET subject = $3 WHERE tenant_id = $1 AND subject = $2',
  },
  {
    name: 'erase_resolved_cases',
    text: `UPDATE foothold.mirror_case SET resolved_by = $3 WHERE tenant_id = $1 AND resolved_by = $2`,
  },
];

/** By now nothing that stays refers to them. What their progress still has goes with it. */
const REMOVE: readonly Statement[] = [
  { name: 'erase_cases', text: 'DELETE FROM foothold.mirror_case WHERE tenant_id = $1 AND subject = $2' },
  { name: 'erase_draft', text: 'DELETE FROM foothold.draft_owner WHERE tenant_id = $1 AND subject = $2' },
  { name: 'erase_membership', text: 'DELETE FROM foothold.membership WHERE tenant_id = $1 AND subject = $2' },
  { name: 'erase_member', text: 'DELETE FROM foothold.member WHERE tenant_id = $1 AND subject = $2' },
];

/** A few thousand at a time, so that the statement ends long before its time limit. */
const REMOVE_OPERATIONS = {
  name: 'erase_operations',
  text: `DELETE FROM foothold.operation WHERE tenant_id = $1 AND actor = $2 AND key IN (
           SELECT key FROM foothold.operation WHERE tenant_id = $1 AND actor = $2 LIMIT 5000) RETURNING 1 AS removed`,
};

/** Auth0 follows: of somebody who is no member it is to hold nothing, and then this row goes, too. */
const MARK_MIRROR = {
  name: 'erase_mark_mirror',
  text: `INSERT INTO foothold.auth0_mirror AS m (tenant_id, subject, wanted, due_at) VALUES ($1, $2, 1, $3)
         ON CONFLICT (tenant_id, subject) DO UPDATE SET wanted = m.wanted + 1, parked = NULL,
           due_at = least(m.due_at, excluded.due_at)`,
};

const BURY = {
  name: 'erase_bury',
  text: `INSERT INTO foothold.erased_person (person, tenant_id, pseudonym, erased_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (person, tenant_id) DO UPDATE SET pseudonym = $3, erased_at = $4`,
};

const ARCHIVE_DRAFT = {
  name: 'erase_archive_draft',
  text: `UPDATE foothold.tenant SET status = 'archived', name = 'Erased workspace', updated_at = $2
         WHERE tenant_id = $1 AND status = 'draft'`,
};

const FORGET_EVENTS = { name: 'erase_events', text: 'DELETE FROM foothold.attestation WHERE tenant_id = $1' };
const HAS_OTHERS = {
  name: 'erase_has_others',
  text: `SELECT FROM foothold.member WHERE tenant_id = $1 AND subject <> $2 AND status = 'active' LIMIT 1`,
};

const EMPTY_PART = {
  name: 'erase_empty_part',
  text: `UPDATE foothold.onboarding_progress SET steps = $3::jsonb, data = '{}'
         WHERE tenant_id = $1 AND flow_key = $2 AND subject = ''`,
};

const AUTH0_PENDING = {
  name: 'erase_auth0_pending',
  text: `SELECT coalesce(m.parked, m.last_error) AS trouble FROM foothold.auth0_mirror m
         WHERE m.tenant_id = $1 AND m.subject = $2 AND NOT EXISTS (
           SELECT FROM foothold.member WHERE member.tenant_id = $1 AND member.subject = $2)`,
};

/** Forgets a member of a tenant. Within one transaction, as the role that may. */
@Injectable()
export class ErasureRepository {
  /** The tenant must be locked, so that no member joins or leaves meanwhile. */
  async erase(transaction: Transaction, erased: Erased): Promise<void> {
    const { tenantId } = transaction;
    const { subject, pseudonym, at } = erased;
    await transaction.query(BECOME_ERASER, []);
    await transaction.query(LOCK_PARTS, [tenantId, subject]);
    await this.moveParts(transaction, erased);
    await transaction.query(MOVE_DUE, [tenantId, subject, pseudonym]);
    await transaction.query(MOVE_POSITIONS, [tenantId, subject, pseudonym]);
    await renameInOthers(transaction, erased);
    for (const statement of REST) await transaction.query(statement, [tenantId, subject, pseudonym]);
    while ((await transaction.query(REMOVE_OPERATIONS, [tenantId, subject])).length > 0);
    for (const statement of REMOVE) await transaction.query(statement, [tenantId, subject]);
    await transaction.query(MARK_MIRROR, [tenantId, subject, at]);
    await writeTombstone(transaction, erased);
    await transaction.query(RESET_ROLE, []);
  }

  /** Only what takes long: the history of the person's own parts. Locks nothing that others wait for; ends with `signal`. */
  async eraseOwnParts(transaction: Transaction, erased: Erased, signal: AbortSignal): Promise<void> {
    await transaction.query(BECOME_ERASER, []);
    await transaction.query(LOCK_OWN_PARTS, [transaction.tenantId, erased.subject]);
    await this.moveParts(transaction, erased, signal);
    await transaction.query(RESET_ROLE, []);
  }

  /** Only the tombstone: of a person whom the tenant's rows do not know. */
  async bury(transaction: Transaction, burial: Burial): Promise<void> {
    await transaction.query(BECOME_ERASER, []);
    await writeTombstone(transaction, burial);
    await transaction.query(RESET_ROLE, []);
  }

  /** A draft was its owner's alone: what they typed into it goes as well. */
  async eraseDraft(transaction: Transaction, erased: Erased): Promise<void> {
    const { tenantId } = transaction;
    await transaction.query(BECOME_ERASER, []);
    for (const flowKey of await this.flowsOf(transaction, '')) {
      const { steps } = await moveHistory(transaction, { flowKey, from: '', to: '' }, erased);
      await transaction.query(EMPTY_PART, [tenantId, flowKey, JSON.stringify(steps)]);
    }
    await transaction.query(FORGET_EVENTS, [tenantId]);
    await transaction.query(ARCHIVE_DRAFT, [tenantId, erased.at]);
    await transaction.query(RESET_ROLE, []);
  }

  /** Whether somebody else belongs to the tenant. */
  async hasOthers(transaction: Transaction, subject: string): Promise<boolean> {
    return (await transaction.query(HAS_OTHERS, [transaction.tenantId, subject])).length > 0;
  }

  /** Undefined once Auth0 has followed; otherwise why it has not, as far as that is known. */
  async auth0Pending(
    transaction: Transaction,
    subject: string,
  ): Promise<{ readonly trouble: string | null } | undefined> {
    const [row] = await transaction.query<{ trouble: string | null }>(AUTH0_PENDING, [transaction.tenantId, subject]);
    return row;
  }

  /** What stays of the person's own parts, under the other name. Of parts that are moved already nothing is left to do. */
  private async moveParts(
    transaction: Transaction,
    { subject, pseudonym, at }: Erased,
    signal?: AbortSignal,
  ): Promise<void> {
    const { tenantId } = transaction;
    await transaction.query(ADD_PSEUDONYM, [tenantId, subject, pseudonym, at]);
    const kept = await this.flowsOf(transaction, pseudonym);
    for (const flowKey of await this.flowsOf(transaction, subject)) {
      if (kept.includes(flowKey)) continue;
      await transaction.query(COPY_PART, [tenantId, flowKey, subject, pseudonym]);
      const moved = { flowKey, from: subject, to: pseudonym };
      const { steps, data } = await moveHistory(transaction, moved, { subject, pseudonym }, signal);
      await transaction.query(KEEP_STATE, [tenantId, flowKey, pseudonym, JSON.stringify(steps), JSON.stringify(data)]);
      await transaction.query(EMPTY_OWN_PART, [tenantId, flowKey, subject]);
    }
  }

  private async flowsOf(transaction: Transaction, subject: string): Promise<string[]> {
    const rows = await transaction.query<{ flow_key: string }>(OWN_FLOWS, [transaction.tenantId, subject]);
    return rows.map(({ flow_key: flowKey }) => flowKey);
  }
}

async function writeTombstone(transaction: Transaction, { person, pseudonym, erasedAt }: Burial): Promise<void> {
  await transaction.query(BURY, [person, transaction.tenantId, pseudonym, erasedAt]);
}

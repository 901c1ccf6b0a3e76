import { Injectable } from '@nestjs/common';
import type { Statement } from '../../database/statement.js';
import type { Transaction } from '../../database/transaction.js';
import { withoutPerson, type PersonalEntry } from './without-person.js';

/** What a tombstone says. */
export interface Burial {
  /** Keyed hash of the subject. */
  readonly person: string;
  readonly pseudonym: string;
  /** Tokens issued before it are refused. */
  readonly erasedAt: Date;
}

/** Who is erased, what they are called from now on, and who asked for it. */
export interface Erased extends Burial {
  readonly subject: string;
  readonly by: string;
  /** When the rows change; later than `erasedAt` where an erasure is applied again. */
  readonly at: Date;
}

/** The only role that may change history. */
const BECOME_ERASER = { name: 'erase_role', text: 'SET LOCAL ROLE foothold_erase' };
const RESET_ROLE = { name: 'erase_role_reset', text: 'RESET ROLE' };

/** In the order in which a transition locks them: the tenant's parts first. */
const LOCK_PARTS = {
  name: 'erase_lock_parts',
  text: `SELECT FROM foothold.onboarding_progress
         WHERE tenant_id = $1 AND subject IN ('', $2) ORDER BY flow_key, subject FOR UPDATE`,
};

const OWN_ENTRIES = {
  name: 'erase_own_entries',
  text: `SELECT p.flow_key, coalesce(
           json_agg(json_build_object('revision', h.revision, 'effects', h.effects) ORDER BY h.revision)
             FILTER (WHERE h.revision IS NOT NULL), '[]') AS entries
         FROM foothold.onboarding_progress p
         LEFT JOIN foothold.onboarding_history h
           ON h.tenant_id = p.tenant_id AND h.flow_key = p.flow_key AND h.subject = p.subject
         WHERE p.tenant_id = $1 AND p.subject = $2 GROUP BY p.flow_key`,
};

/** What stays of them needs a member that it belongs to. */
const ADD_PSEUDONYM = {
  name: 'erase_add_pseudonym',
  text: `INSERT INTO foothold.member (tenant_id, subject, role, status, created_at, updated_at)
         SELECT tenant_id, $3, role, 'erased', created_at, $4 FROM foothold.member
         WHERE tenant_id = $1 AND subject = $2`,
};
const COPY_PART = {
  name: 'erase_copy_part',
  text: `INSERT INTO foothold.onboarding_progress
           (tenant_id, flow_key, subject, flow_version, steps, data, revision, delivered, opened_at, started_at, updated_at)
         SELECT tenant_id, flow_key, $4, flow_version, $5::jsonb, $6::jsonb, revision, delivered, opened_at, started_at,
           updated_at
         FROM foothold.onboarding_progress WHERE tenant_id = $1 AND flow_key = $2 AND subject = $3`,
};
const MOVE_ENTRIES = {
  name: 'erase_move_entries',
  text: `UPDATE foothold.onboarding_history h
         SET subject = $4, effects = kept.effects, actor = CASE h.actor WHEN $3 THEN $4 ELSE h.actor END,
           operation_key = NULL, client_time = NULL, reason = NULL
         FROM unnest($5::integer[], $6::jsonb[]) AS kept (revision, effects)
         WHERE h.tenant_id = $1 AND h.flow_key = $2 AND h.subject = $3 AND h.revision = kept.revision`,
};

/** Whoever is erased has come as far as they had: they stay counted, and are counted once. */
const MOVE_POSITIONS = {
  name: 'erase_move_positions',
  text: 'UPDATE foothold.onboarding_position SET subject = $3 WHERE tenant_id = $1 AND subject = $2',
};

/** As JSON writes them: a value, and nothing that merely contains it. */
const WRITTEN = 'to_jsonb($2::text)::text';
const WRITTEN_PSEUDONYM = 'to_jsonb($3::text)::text';
const renamed = (column: string): string => `replace(${column}::text, ${WRITTEN}, ${WRITTEN_PSEUDONYM})::jsonb`;

/**
 * What they did to the tenant's parts, as an admin to others, and with tokens of others, their own part included. The rows
 * are read before they are renamed.
 */
const RENAME_IN_OTHERS = {
  name: 'erase_rename_in_others',
  text: `
    WITH acted AS (
      SELECT DISTINCT flow_key, subject FROM foothold.onboarding_history
      WHERE tenant_id = $1 AND actor = $2 AND actor_kind IN ('admin', 'import')
      UNION SELECT flow_key, subject FROM foothold.onboarding_history WHERE tenant_id = $1 AND impersonator = $2
      UNION SELECT flow_key, subject FROM foothold.onboarding_progress WHERE tenant_id = $1 AND subject = ''
    ), renamed AS (
      UPDATE foothold.onboarding_history h
      SET actor = CASE h.actor WHEN $2 THEN $3 ELSE h.actor END,
        impersonator = CASE h.impersonator WHEN $2 THEN $3 ELSE h.impersonator END, effects = ${renamed('h.effects')},
        operation_key = CASE h.actor WHEN $2 THEN NULL ELSE h.operation_key END
      FROM acted
      WHERE h.tenant_id = $1 AND h.flow_key = acted.flow_key AND h.subject = acted.subject
        AND (h.actor = $2 OR h.impersonator = $2 OR position(${WRITTEN} IN h.effects::text) > 0)
    ), touched AS (
      UPDATE foothold.onboarding_progress p
      SET steps = ${renamed('p.steps')}, revision = p.revision + 1, updated_at = greatest(p.updated_at, $5)
      FROM acted
      WHERE p.tenant_id = $1 AND p.flow_key = acted.flow_key AND p.subject = acted.subject
        AND position(${WRITTEN} IN p.steps::text) > 0
      RETURNING p.flow_key, p.subject, p.revision, p.flow_version
    )
    INSERT INTO foothold.onboarding_history (tenant_id, flow_key, subject, revision, other_revision, flow_version,
      action, step, effects, actor, actor_kind, recorded_at)
    SELECT $1, flow_key, subject, revision, 0, flow_version, 'erase', '', '[]', $4, 'admin', $5 FROM touched`,
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
  { name: 'erase_operations', text: 'DELETE FROM foothold.operation WHERE tenant_id = $1 AND actor = $2' },
  { name: 'erase_draft', text: 'DELETE FROM foothold.draft_owner WHERE tenant_id = $1 AND subject = $2' },
  { name: 'erase_membership', text: 'DELETE FROM foothold.membership WHERE tenant_id = $1 AND subject = $2' },
  { name: 'erase_member', text: 'DELETE FROM foothold.member WHERE tenant_id = $1 AND subject = $2' },
];

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
  /** The tenant must be locked, so that nobody joins or leaves meanwhile. */
  async erase(transaction: Transaction, erased: Erased): Promise<void> {
    const { tenantId } = transaction;
    const { subject, pseudonym, by, at } = erased;
    await transaction.query(BECOME_ERASER, []);
    await transaction.query(LOCK_PARTS, [tenantId, subject]);
    await transaction.query(ADD_PSEUDONYM, [tenantId, subject, pseudonym, at]);
    const parts = await transaction.query<OwnPart>(OWN_ENTRIES, [tenantId, subject]);
    for (const part of parts) await this.keepWithoutPerson(transaction, part, subject, pseudonym);
    await transaction.query(MOVE_POSITIONS, [tenantId, subject, pseudonym]);
    await transaction.query(RENAME_IN_OTHERS, [tenantId, subject, pseudonym, by, at]);
    for (const statement of REST) await transaction.query(statement, [tenantId, subject, pseudonym]);
    for (const statement of REMOVE) await transaction.query(statement, [tenantId, subject]);
    await transaction.query(MARK_MIRROR, [tenantId, subject, at]);
    await writeTombstone(transaction, erased);
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
    const parts = await transaction.query<OwnPart>(OWN_ENTRIES, [tenantId, '']);
    for (const { flow_key: flowKey, entries } of parts) {
      const kept = withoutPerson(entries, erased.subject, erased.pseudonym);
      await moveEntries(transaction, flowKey, '', '', kept.entries);
      await transaction.query(EMPTY_PART, [tenantId, flowKey, JSON.stringify(kept.state.steps)]);
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

  private async keepWithoutPerson(
    transaction: Transaction,
    { flow_key: flowKey, entries }: OwnPart,
    subject: string,
    pseudonym: string,
  ): Promise<void> {
    const { tenantId } = transaction;
    const kept = withoutPerson(entries, subject, pseudonym);
    const { steps, data } = kept.state;
    const part = [JSON.stringify(steps), JSON.stringify(data)];
    await transaction.query(COPY_PART, [tenantId, flowKey, subject, pseudonym, ...part]);
    await moveEntries(transaction, flowKey, subject, pseudonym, kept.entries);
  }
}

async function writeTombstone(transaction: Transaction, { person, pseudonym, erasedAt }: Burial): Promise<void> {
  await transaction.query(BURY, [person, transaction.tenantId, pseudonym, erasedAt]);
}

/** What stays of each entry, under the other name. */
async function moveEntries(
  transaction: Transaction,
  flowKey: string,
  subject: string,
  pseudonym: string,
  entries: readonly PersonalEntry[],
): Promise<void> {
  const revisions = entries.map(({ revision }) => revision);
  const effects = entries.map((entry) => JSON.stringify(entry.effects));
  await transaction.query(MOVE_ENTRIES, [transaction.tenantId, flowKey, subject, pseudonym, revisions, effects]);
}

interface OwnPart {
  readonly flow_key: string;
  readonly entries: readonly PersonalEntry[];
}

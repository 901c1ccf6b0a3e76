import type { Statement } from '../../database/statement.js';
import type { Transaction } from '../../database/transaction.js';
import { EMPTY_PART, type PartState } from '../../flow/index.js';
import type { Erased } from './erased.js';
import { withoutPerson, type PersonalEntry } from './without-person.js';

/** So many that a statement ends long before its time limit, and that no more than some megabytes are in memory. */
const ENTRIES_PER_STATEMENT = 500;
/** Of entries that are only searched. */
const REVISIONS_PER_STATEMENT = 2_000;

const ENTRIES: Statement = {
  name: 'erase_entries',
  text: `SELECT revision, effects FROM foothold.onboarding_history
         WHERE tenant_id = $1 AND flow_key = $2 AND subject = $3 AND revision > $4 ORDER BY revision LIMIT $5`,
};
const MOVE_ENTRIES: Statement = {
  name: 'erase_move_entries',
  text: `UPDATE foothold.onboarding_history h
         SET subject = $4, effects = kept.effects, actor = CASE h.actor WHEN $3 THEN $4 ELSE h.actor END,
           operation_key = NULL, client_time = NULL, reason = NULL
         FROM unnest($5::integer[], $6::jsonb[]) AS kept (revision, effects)
         WHERE h.tenant_id = $1 AND h.flow_key = $2 AND h.subject = $3 AND h.revision = kept.revision`,
};

/** Whose part it is before and after; '' is the tenant's. */
export interface MovedPart {
  readonly flowKey: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Leaves of a part's history what does not tell of the person, under the other name, page by page.
 * @returns the state that the entries which stay fold to
 */
export async function moveHistory(
  transaction: Transaction,
  { flowKey, from, to }: MovedPart,
  { subject, pseudonym }: Pick<Erased, 'subject' | 'pseudonym'>,
  signal?: AbortSignal,
): Promise<PartState> {
  const { tenantId } = transaction;
  let state = EMPTY_PART;
  for (let after = 0; ;) {
    signal?.throwIfAborted();
    const page = [tenantId, flowKey, from, after, ENTRIES_PER_STATEMENT];
    const entries = await transaction.query<PersonalEntry>(ENTRIES, page);
    const last = entries.at(-1);
    if (!last) return state;
    const kept = withoutPerson(entries, subject, pseudonym, state);
    state = kept.state;
    const revisions = kept.entries.map(({ revision }) => revision);
    const effects = kept.entries.map((entry) => JSON.stringify(entry.effects));
    await transaction.query(MOVE_ENTRIES, [tenantId, flowKey, from, to, revisions, effects]);
    after = last.revision;
  }
}

/** As JSON writes them: a value, and nothing that merely contains it. */
export const WRITTEN = 'to_jsonb($2::text)::text';
const WRITTEN_PSEUDONYM = 'to_jsonb($3::text)::text';
export const renamed = (column: string): string => `replace(${column}::text, ${WRITTEN}, ${WRITTEN_PSEUDONYM})::jsonb`;

/** Parts of others, and of the tenant, in which the person acted, or may have. */
const ACTED: Statement = {
  name: 'erase_acted',
  text: `
    WITH acted AS (
      SELECT DISTINCT flow_key, subject FROM foothold.onboarding_history
      WHERE tenant_id = $1 AND actor = $2 AND actor_kind IN ('admin', 'import')
      UNION SELECT flow_key, subject FROM foothold.onboarding_history WHERE tenant_id = $1 AND impersonator = $2
      UNION SELECT flow_key, subject FROM foothold.onboarding_progress WHERE tenant_id = $1 AND subject = '')
    SELECT flow_key, subject, p.revision FROM acted JOIN foothold.onboarding_progress p USING (flow_key, subject)
    WHERE p.tenant_id = $1 ORDER BY flow_key, subject`,
};
const RENAME_ENTRIES: Statement = {
  name: 'erase_rename_entries',
  text: `
    UPDATE foothold.onboarding_history h
    SET actor = CASE h.actor WHEN $2 THEN $3 ELSE h.actor END,
      impersonator = CASE h.impersonator WHEN $2 THEN $3 ELSE h.impersonator END, effects = ${renamed('h.effects')},
      operation_key = CASE h.actor WHEN $2 THEN NULL ELSE h.operation_key END
    WHERE h.tenant_id = $1 AND h.flow_key = $4 AND h.subject = $5 AND h.revision > $6 AND h.revision <= $7
      AND (h.actor = $2 OR h.impersonator = $2 OR position(${WRITTEN} IN h.effects::text) > 0)`,
};
const RENAME_PART: Statement = {
  name: 'erase_rename_part',
  text: `
    WITH touched AS (
      UPDATE foothold.onboarding_progress p
      SET steps = ${renamed('p.steps')}, revision = p.revision + 1, updated_at = greatest(p.updated_at, $7)
      WHERE p.tenant_id = $1 AND p.flow_key = $4 AND p.subject = $5 AND position(${WRITTEN} IN p.steps::text) > 0
      RETURNING p.flow_key, p.subject, p.revision, p.flow_version
    ), due AS (
      INSERT INTO foothold.part_due (tenant_id, flow_key, subject, revision, at)
      SELECT $1, flow_key, subject, revision, $7 FROM touched
      ON CONFLICT DO NOTHING
    )
    INSERT INTO foothold.onboarding_history (tenant_id, flow_key, subject, revision, other_revision, flow_version,
      action, step, effects, actor, actor_kind, recorded_at)
    SELECT $1, flow_key, subject, revision, 0, flow_version, 'erase', '', '[]', $6, 'admin', $7 FROM touched`,
};

interface ActedPart {
  readonly flow_key: string;
  readonly subject: string;
  readonly revision: number;
}

/** Renames the person in what they did to the tenant's parts, as an admin to others, and with tokens of others. */
export async function renameInOthers(
  transaction: Transaction,
  { subject, pseudonym, by, at }: Pick<Erased, 'subject' | 'pseudonym' | 'by' | 'at'>,
): Promise<void> {
  const { tenantId } = transaction;
  const names = [tenantId, subject, pseudonym];
  for (const part of await transaction.query<ActedPart>(ACTED, [tenantId, subject])) {
    const place = [part.flow_key, part.subject];
    for (let after = 0; after < part.revision; after += REVISIONS_PER_STATEMENT) {
      await transaction.query(RENAME_ENTRIES, [...names, ...place, after, after + REVISIONS_PER_STATEMENT]);
    }
    await transaction.query(RENAME_PART, [...names, ...place, by, at]);
  }
}

import type { KeyObject } from 'node:crypto';
import { unconfirmedErasures } from '../database/lineage.js';
import { personOf } from '../tenant/erasure/person-hash.js';
import type { WorkerQuery } from './worker-transaction.js';

const BATCH_ROWS = 1_000;

const UNCONFIRMED = 'SELECT erasures_unconfirmed_since AS since FROM foothold.dataset';
const COUNT = 'SELECT count(*)::integer AS tombstones FROM foothold.erased_person';
/** Members of tenants that erased a person who joined no later than this member. */
const SUSPECTS = `
  DECLARE suspects NO SCROLL CURSOR FOR
  SELECT m.tenant_id, m.subject, m.created_at FROM foothold.member m
  JOIN (SELECT tenant_id, max(erased_at) AS last FROM foothold.erased_person GROUP BY tenant_id) e USING (tenant_id)
  WHERE m.status <> 'erased' AND m.created_at <= e.last`;
const TOMBSTONES = `
  SELECT tenant_id, person, erased_at FROM foothold.erased_person
  WHERE (tenant_id, person) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))`;

interface Suspect {
  readonly tenant_id: string;
  readonly subject: string;
  readonly created_at: Date;
}

/** Whether people who were erased are back: one sentence for each, and one if a restore was not followed by receipts. */
export async function verifyErasures(query: WorkerQuery, keys: readonly KeyObject[]): Promise<string[]> {
  const { rows: datasets } = await query<{ since: Date | null }>(UNCONFIRMED);
  const findings = datasets.flatMap(({ since }) => (since ? [unconfirmedErasures(since)] : []));
  const { tombstones } = (await query<{ tombstones: number }>(COUNT)).rows[0] as { tombstones: number };
  if (tombstones === 0) return findings;
  if (keys.length === 0)
    return [...findings, `ERASURE_KEY is missing: ${tombstones} tombstones were not compared with the members`];
  await query(SUSPECTS);
  for (;;) {
    const { rows } = await query<Suspect>(`FETCH ${BATCH_ROWS} FROM suspects`);
    if (rows.length === 0) return findings;
    findings.push(...(await backAmong(query, keys, rows)));
  }
}

/** A member who joined after their erasure has come back by themselves, and is no finding. */
async function backAmong(
  query: WorkerQuery,
  keys: readonly KeyObject[],
  suspects: readonly Suspect[],
): Promise<string[]> {
  const people = suspects.flatMap((suspect) =>
    keys.map((key) => ({ ...suspect, person: personOf(key, suspect.subject) })),
  );
  const { rows } = await query<{ tenant_id: string; person: string; erased_at: Date }>(TOMBSTONES, [
    people.map(({ tenant_id: tenantId }) => tenantId),
    people.map(({ person }) => person),
  ]);
  const erasedAt = new Map(rows.map((row) => [`${row.tenant_id} ${row.person}`, row.erased_at]));
  return people.flatMap(({ tenant_id: tenantId, subject, person, created_at: joinedAt }) => {
    const at = erasedAt.get(`${tenantId} ${person}`);
    if (!at || joinedAt > at) return [];
    return [
      `member ${subject} of tenant ${tenantId}: was erased at ${at.toISOString()}, and the data of before is back; ` +
        'run "npm run restored -- --receipts FILE"',
    ];
  });
}

import type { KeyObject } from 'node:crypto';
import type { PoolClient } from 'pg';
import { equalJson, foldEffects, type Effect, type PartState } from '../flow/index.js';
import { verifyErasures } from './verify-erasures.js';
import { asWorker, WHOLE_TABLE_LIMIT_MS } from './worker-transaction.js';

export interface Verification {
  /** Progress rows that were compared with their history. */
  readonly checked: number;
  /** One sentence for each row that is not what its history says, and for each person who was erased and is back. */
  readonly findings: readonly string[];
}

interface PartName {
  readonly tenant_id: string;
  readonly flow_key: string;
  readonly subject: string;
}

interface VerifiedRow extends PartName {
  readonly steps: PartState['steps'];
  readonly data: PartState['data'];
  readonly revision: number;
  readonly revisions: number[];
  readonly effects: Effect[][];
  /** Keys that an actor's history holds more than once. */
  readonly repeated: string[];
}

interface UnheardRow extends PartName {
  readonly keys: string[];
}

const BATCH_ROWS = 1_000;

const CURSOR = `
  DECLARE progress NO SCROLL CURSOR FOR
  SELECT p.tenant_id, p.flow_key, p.subject, p.steps, p.data, p.revision,
    coalesce(h.revisions, '{}') AS revisions, coalesce(h.effects, '[]') AS effects,
    ARRAY(
      SELECT repeated.operation_key FROM foothold.onboarding_history repeated
      WHERE repeated.tenant_id = p.tenant_id AND repeated.flow_key = p.flow_key AND repeated.subject = p.subject
        AND repeated.operation_key IS NOT NULL
      GROUP BY repeated.actor, repeated.operation_key HAVING count(*) > 1) AS repeated
  FROM foothold.onboarding_progress p
  LEFT JOIN LATERAL (
    SELECT array_agg(e.revision ORDER BY e.revision) AS revisions, jsonb_agg(e.effects ORDER BY e.revision) AS effects
    FROM foothold.onboarding_history e
    WHERE e.tenant_id = p.tenant_id AND e.flow_key = p.flow_key AND e.subject = p.subject) h ON true`;

/**
 * Operations that say "applied" of a part that is there, and whose history entry is missing. Of all parts at once: no index
 * leads to those of one.
 */
const UNHEARD = `
  SELECT op.tenant_id, op.flow_key, op.subject, array_agg(op.key) AS keys
  FROM foothold.operation op
  JOIN foothold.onboarding_progress p
    ON p.tenant_id = op.tenant_id AND p.flow_key = op.flow_key AND p.subject = op.subject
  WHERE op.applied AND NOT EXISTS (
    SELECT FROM foothold.onboarding_history heard
    WHERE heard.tenant_id = op.tenant_id AND heard.flow_key = op.flow_key AND heard.subject = op.subject
      AND heard.revision = op.revision AND heard.operation_key = op.key AND heard.actor = op.actor)
  GROUP BY op.tenant_id, op.flow_key, op.subject`;

/**
 * Folds the whole history and compares it with what is stored: every progress row must be exactly what its accepted
 * transitions make of nothing, each applied once. Reads in batches; what is compared comes from one snapshot.
 * @param erasureKeys recognise erased people; without any tombstones are a finding
 */
export function verify(
  connect: () => Promise<PoolClient>,
  erasureKeys: readonly KeyObject[] = [],
): Promise<Verification> {
  return asWorker(
    connect,
    async (query) => {
      const unheard = await query<UnheardRow>(UNHEARD);
      const findings = unheard.rows.map(
        (row) => `${nameOf(row)}: has operations without their history entry: ${row.keys.join(', ')}`,
      );
      findings.push(...(await verifyErasures(query, erasureKeys)));
      let checked = 0;
      await query(CURSOR);
      for (;;) {
        const { rows } = await query<VerifiedRow>(`FETCH ${BATCH_ROWS} FROM progress`);
        if (rows.length === 0) return { checked, findings };
        checked += rows.length;
        for (const row of rows) findings.push(...findingsOf(row));
      }
    },
    WHOLE_TABLE_LIMIT_MS,
  );
}

function findingsOf(row: VerifiedRow): string[] {
  const { steps, data, revision, revisions, effects, repeated } = row;
  const faults: string[] = [];
  if (revision !== revisions.length || revisions.some((value, index) => value !== index + 1)) {
    faults.push(
      `is at revision ${revision}, its history has ${revisions.length} entries up to ${revisions.at(-1) ?? 0}`,
    );
  }
  if (!equalJson(foldEffects(effects.flat()), { steps, data })) faults.push('is not what its history folds to');
  if (repeated.length) faults.push(`applied an operation twice: ${repeated.join(', ')}`);
  return faults.map((fault) => `${nameOf(row)}: ${fault}`);
}

const nameOf = ({ tenant_id, flow_key, subject }: PartName): string =>
  `${flow_key} of tenant ${tenant_id}, ${subject ? `member ${subject}` : 'shared part'}`;

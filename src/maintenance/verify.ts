import type { PoolClient } from 'pg';
import { equalJson, foldEffects, type Effect, type PartState } from '../flow/index.js';
import { asWorker, WHOLE_TABLE_LIMIT_MS } from './worker-transaction.js';

export interface Verification {
  /** Progress rows that were compared with their history. */
  readonly checked: number;
  /** One sentence for each row that is not what its history says. */
  readonly findings: readonly string[];
}

interface VerifiedRow {
  readonly tenant_id: string;
  readonly flow_key: string;
  readonly subject: string;
  readonly steps: PartState['steps'];
  readonly data: PartState['data'];
  readonly revision: number;
  readonly revisions: number[];
  readonly effects: Effect[][];
  /** Keys that an actor's history holds more than once. */
  readonly repeated: string[];
  /** Keys whose operation says "applied", and whose history entry is missing. */
  readonly unheard: string[];
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
      GROUP BY repeated.actor, repeated.operation_key HAVING count(*) > 1) AS repeated,
    ARRAY(
      SELECT op.key FROM foothold.operation op
      WHERE op.tenant_id = p.tenant_id AND op.flow_key = p.flow_key AND op.subject = p.subject AND op.applied
        AND NOT EXISTS (
          SELECT FROM foothold.onboarding_history heard
          WHERE heard.tenant_id = op.tenant_id AND heard.flow_key = op.flow_key AND heard.subject = op.subject
            AND heard.revision = op.revision AND heard.operation_key = op.key AND heard.actor = op.actor)) AS unheard
  FROM foothold.onboarding_progress p
  LEFT JOIN LATERAL (
    SELECT array_agg(e.revision ORDER BY e.revision) AS revisions, jsonb_agg(e.effects ORDER BY e.revision) AS effects
    FROM foothold.onboarding_history e
    WHERE e.tenant_id = p.tenant_id AND e.flow_key = p.flow_key AND e.subject = p.subject) h ON true`;

/**
 * Folds the whole history and compares it with what is stored: every progress row must be exactly what its accepted
 * transitions make of nothing, each applied once. Reads in batches, in one snapshot.
 */
export function verify(connect: () => Promise<PoolClient>): Promise<Verification> {
  return asWorker(
    connect,
    async (query) => {
      const findings: string[] = [];
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
  const { steps, data, revision, revisions, effects, repeated, unheard } = row;
  const name = `${row.flow_key} of tenant ${row.tenant_id}, ${row.subject ? `member ${row.subject}` : 'shared part'}`;
  const faults: string[] = [];
  if (revision !== revisions.length || revisions.some((value, index) => value !== index + 1)) {
    faults.push(
      `is at revision ${revision}, its history has ${revisions.length} entries up to ${revisions.at(-1) ?? 0}`,
    );
  }
  if (!equalJson(foldEffects(effects.flat()), { steps, data })) faults.push('is not what its history folds to');
  if (repeated.length) faults.push(`applied an operation twice: ${repeated.join(', ')}`);
  if (unheard.length) faults.push(`has operations without their history entry: ${unheard.join(', ')}`);
  return faults.map((fault) => `${name}: ${fault}`);
}

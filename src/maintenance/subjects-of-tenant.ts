import pg, { type PoolClient } from 'pg';
import { asWorker, WHOLE_TABLE_LIMIT_MS } from './worker-transaction.js';

export interface NamedSubject {
  readonly subject: string;
  /** Since when they are a member; of a subject that is no member, when a row named them first. */
  readonly since: Date;
}

const BATCH_ROWS = 1_000;

const cursorFor = (tenantId: string): string => `
  DECLARE subjects NO SCROLL CURSOR FOR
  SELECT subject, coalesce(min(since) FILTER (WHERE is_member), min(since)) AS since FROM (
    SELECT tenant_id, subject, created_at AS since, true AS is_member FROM foothold.member WHERE status <> 'erased'
    UNION ALL SELECT tenant_id, actor, recorded_at, false FROM foothold.audit
    UNION ALL SELECT tenant_id, subject, recorded_at, false FROM foothold.audit WHERE subject IS NOT NULL
    UNION ALL SELECT tenant_id, impersonator, recorded_at, false FROM foothold.audit WHERE impersonator IS NOT NULL
    UNION ALL SELECT tenant_id, impersonator, recorded_at, false FROM foothold.onboarding_history
      WHERE impersonator IS NOT NULL
    UNION ALL SELECT tenant_id, subject, raised_at, false FROM foothold.mirror_case
    UNION ALL SELECT tenant_id, i.subject, j.created_at, false FROM foothold.bulk_item i
      JOIN foothold.bulk_job j USING (tenant_id, job_id)) named
  WHERE tenant_id = ${pg.escapeLiteral(tenantId)} GROUP BY subject`;

/** Visits every subject that rows of the tenant name, members or not, in batches of one snapshot. */
export function subjectsOf(
  connect: () => Promise<PoolClient>,
  tenantId: string,
  visit: (named: NamedSubject) => void,
): Promise<void> {
  return asWorker(
    connect,
    async (query) => {
      await query(cursorFor(tenantId));
      for (;;) {
        const { rows } = await query<{ subject: string; since: Date }>(`FETCH ${BATCH_ROWS} FROM subjects`);
        if (rows.length === 0) return;
        rows.forEach(visit);
      }
    },
    WHOLE_TABLE_LIMIT_MS,
  );
}

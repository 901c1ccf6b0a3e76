import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { readAsWorker } from './worker-transaction.js';

/** How far the rollup is behind, over all tenants. */
export interface RollupLag {
  /** Changes of parts that are not counted yet; counted up to {@link MOST_COUNTED}. */
  readonly due: number;
  /** When the first of them was made. */
  readonly oldestMovedAt: Date | null;
}

/** How many parts of all tenants reached a step, by how it went on and by how long it took. */
export interface FunnelSum {
  readonly step: string;
  readonly outcome: string;
  readonly bucket: number;
  readonly parts: number;
}

/** How many people of all tenants are how far. */
export interface FlowPeople {
  readonly flow_key: string;
  readonly status: string;
  readonly people: number;
}

/**
 * In place of a day: the sums of all days are kept, too. A funnel of years is then a few hundred rows, and not those of
 * each day (45,000 after 90 days: 50 ms).
 */
export const ALL_DAYS = '-infinity';

/** More than this is as bad, and counting it would not make it better. */
const MOST_COUNTED = 10_000;

/** From one tenant to the next, however many parts each of them has; at the end around again. */
const nextTenants = (table: string, condition: string): string => `
  (WITH RECURSIVE found AS (
     (SELECT tenant_id FROM foothold.${table} WHERE tenant_id > $1 AND ${condition} ORDER BY tenant_id LIMIT 1)
     UNION ALL
     SELECT (SELECT t.tenant_id FROM foothold.${table} t WHERE t.tenant_id > found.tenant_id AND ${condition}
             ORDER BY t.tenant_id LIMIT 1)
     FROM found WHERE found.tenant_id IS NOT NULL)
   SELECT tenant_id FROM found WHERE tenant_id IS NOT NULL LIMIT $2)`;

const DUE_TENANTS = `
  SELECT tenant_id FROM (
    ${nextTenants('part_due', 'true')}
    UNION
    ${nextTenants('onboarding_position', 'following IS NOT NULL')}) due
  ORDER BY tenant_id LIMIT $2`;

const LAG = `
  SELECT count(*)::integer AS due, min(at) AS "oldestMovedAt" FROM (
    SELECT at FROM foothold.part_due LIMIT ${MOST_COUNTED}) due`;

const FUNNEL = `
  SELECT step, outcome, bucket, sum(parts)::integer AS parts FROM foothold.onboarding_funnel
  WHERE flow_key = $1 AND day BETWEEN $2::date AND $3::date GROUP BY step, outcome, bucket`;

const FLOW_PEOPLE = `
  SELECT flow_key, outcome AS status, sum(parts)::integer AS people FROM foothold.onboarding_funnel
  WHERE step = '' AND day = '${ALL_DAYS}' GROUP BY flow_key, outcome`;

/**
 * The cross-tenant reads of the rollup: which tenants have work, and the funnel of the platform. The work itself is then
 * claimed tenant by tenant, under row-level security.
 */
@Injectable()
export class RollupBacklog {
  constructor(private readonly database: Database) {}

  /** Tenants with something to roll up, by id, after the given one. */
  async dueTenants(after: string, limit: number): Promise<string[]> {
    const rows = await this.read<{ tenant_id: string }>(DUE_TENANTS, [after, limit]);
    return rows.map(({ tenant_id: tenantId }) => tenantId);
  }

  async lag(): Promise<RollupLag> {
    const [lag] = await this.read<RollupLag>(LAG, []);
    return lag as RollupLag;
  }

  /** @param from first and last day, `YYYY-MM-DD`, or both {@link ALL_DAYS} */
  funnel(flowKey: string, from: string, to: string): Promise<FunnelSum[]> {
    return this.read<FunnelSum>(FUNNEL, [flowKey, from, to]);
  }

  flowPeople(): Promise<FlowPeople[]> {
    return this.read<FlowPeople>(FLOW_PEOPLE, []);
  }

  private read<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    return readAsWorker<Row>(this.database, text, values);
  }
}

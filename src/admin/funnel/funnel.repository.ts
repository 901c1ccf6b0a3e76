import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import type { FunnelSum } from '../../maintenance/rollup-backlog.js';

const SUMS = {
  name: 'funnel_sums',
  text: `SELECT step, outcome, bucket, sum(parts)::integer AS parts FROM foothold.onboarding_funnel
         WHERE tenant_id = $1 AND flow_key = $2 AND day BETWEEN $3::date AND $4::date GROUP BY step, outcome, bucket`,
};

const UP_TO_DATE = {
  name: 'funnel_up_to_date',
  text: `SELECT NOT EXISTS (SELECT FROM foothold.part_due WHERE tenant_id = $1)
           AND NOT EXISTS (SELECT FROM foothold.onboarding_position WHERE tenant_id = $1 AND following IS NOT NULL)
           AS "upToDate"`,
};

@Injectable()
export class FunnelRepository {
  /** @param from first and last day, `YYYY-MM-DD`, or both {@link ALL_DAYS} */
  sums(transaction: Transaction, flowKey: string, from: string, to: string): Promise<FunnelSum[]> {
    return transaction.query<FunnelSum>(SUMS, [transaction.tenantId, flowKey, from, to]);
  }

  /** Whether the rollup has counted all that happened in the tenant. */
  async isUpToDate(transaction: Transaction): Promise<boolean> {
    const [row] = await transaction.query<{ upToDate: boolean }>(UP_TO_DATE, [transaction.tenantId]);
    return row?.upToDate === true;
  }
}

import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { NIL_UUID } from '../database/uuid.js';
import { readAsWorker } from './worker-transaction.js';

export interface DueStepRow {
  readonly tenant_id: string;
  readonly revision: number;
  readonly due_since: Date;
}

/** Closed and archived tenants are nobody's work. */
const DUE = `
  SELECT due.tenant_id, progress.revision, due.due_since
  FROM foothold.due_step due
  JOIN foothold.onboarding_progress progress USING (tenant_id, flow_key, subject)
  JOIN foothold.tenant USING (tenant_id)
  WHERE due.flow_key = $1 AND due.step = $2 AND tenant.status IN ('draft', 'active')
    AND due.tenant_id > $3 AND ($5::text IS NULL OR EXISTS (
      SELECT 1 FROM foothold.organization o WHERE o.tenant_id = due.tenant_id AND o.organization_id = $5))
  ORDER BY due.tenant_id LIMIT $4`;

@Injectable()
export class DueStepsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Over all tenants, by id: at most `limit` of those after the given one. Throws what {@link Database} throws.
   * @param where `organizationId`: only the tenant of this organisation
   */
  page(
    flowKey: string,
    step: string,
    limit: number,
    {
      after = NIL_UUID,
      organizationId = null,
    }: { after?: string | undefined; organizationId?: string | undefined | null },
  ): Promise<DueStepRow[]> {
    return readAsWorker<DueStepRow>(this.database, DUE, [flowKey, step, after, limit, organizationId]);
  }
}

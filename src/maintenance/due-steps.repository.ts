import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { asWorker } from './worker-transaction.js';

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
  ORDER BY due.tenant_id LIMIT $3`;

@Injectable()
export class DueStepsRepository {
  constructor(private readonly database: Database) {}

  /** Over all tenants. Throws what {@link Database} throws. */
  async find(flowKey: string, step: string, limit: number): Promise<DueStepRow[]> {
    try {
      const connect = () => this.database.connect();
      const read = () => asWorker(connect, (client) => client.query<DueStepRow>(DUE, [flowKey, step, limit]));
      return (await this.database.guarded(read)).rows;
    } catch (error) {
      throw this.database.translated(error);
    }
  }
}

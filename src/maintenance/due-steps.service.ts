import { Injectable } from '@nestjs/common';
import { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import { invalidRequest } from '../http/problem.js';
import { DueStepsRepository } from './due-steps.repository.js';

/** More are told when these are done. */
const AT_ONCE = 100;

export interface DueStepItem {
  readonly tenantId: string;
  readonly flow: string;
  readonly step: string;
  readonly revision: number;
  readonly dueSince: string;
}

/** What trusted systems have to do, over all tenants. */
@Injectable()
export class DueStepsService {
  constructor(
    private readonly catalog: FlowCatalog,
    private readonly due: DueStepsRepository,
  ) {}

  async list(flowKey: string, written: string | undefined): Promise<{ items: DueStepItem[] }> {
    const flow = this.catalog.flow(flowKey);
    const key = written === undefined ? undefined : flow.stepKey(written);
    const step = key === undefined ? undefined : flow.step(key);
    if (!step?.attested || step.scope !== 'tenant') {
      throw invalidRequest([{ path: 'step', message: `expected an attested tenant step of the flow ${flow.key}` }]);
    }
    const rows = await this.due.find(flow.key, step.key, AT_ONCE);
    return {
      items: rows.map((row) => ({
        tenantId: row.tenant_id,
        flow: flow.key,
        step: step.key,
        revision: row.revision,
        dueSince: row.due_since.toISOString(),
      })),
    };
  }
}

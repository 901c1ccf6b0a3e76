import { Injectable } from '@nestjs/common';
import type { Principal } from '../auth/principal.js';
import type { CatalogFlow } from '../flow-catalog/catalog-flow.js';
import { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import { stepKeyOf, type StepDefinition } from '../flow/index.js';
import { pageOf, parseIdCursor, parseLimit, type Page, type PageQuery } from '../http/page.js';
import { invalidRequest } from '../http/problem.js';
import { Attesters } from '../flow-catalog/attesters.js';
import { DueStepsRepository, type DueStepRow } from './due-steps.repository.js';

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
    private readonly attesters: Attesters,
  ) {}

  /**
   * By tenant, and for an organisation's token only that organisation's tenant.
   * @throws Problem `unknown_flow`, `invalid_request` for a step that no system attests for a tenant, or `forbidden`
   */
  async page(
    caller: Principal,
    flowKey: string,
    written: string | undefined,
    query: PageQuery,
  ): Promise<Page<DueStepItem>> {
    const limit = parseLimit(query.limit);
    const after = parseIdCursor(query.cursor);
    const flow = await this.catalog.flow(flowKey);
    const step = written === undefined ? undefined : await this.stepOf(flow, written);
    if (!step?.attested || step.scope !== 'tenant') {
      throw invalidRequest([{ path: 'step', message: `expected an attested tenant step of the flow ${flow.key}` }]);
    }
    this.attesters.admit(caller, flow.key, step);
    const itemOf = (row: DueStepRow): DueStepItem => ({
      tenantId: row.tenant_id,
      flow: flow.key,
      step: step.key,
      revision: row.revision,
      dueSince: row.due_since.toISOString(),
    });
    const rows = await this.due.page(flow.key, step.key, limit + 1, { after, organizationId: caller.orgId });
    return pageOf(rows, limit, itemOf, (row) => row.tenant_id);
  }

  /** Of the newest version that has it: tenants may be on one of another build. */
  private async stepOf(flow: CatalogFlow, written: string): Promise<StepDefinition | undefined> {
    const stepIn = (version: CatalogFlow): StepDefinition | undefined => {
      const key = stepKeyOf(version, written);
      return key === undefined ? undefined : version.step(key);
    };
    const versions = stepIn(flow) ? [flow] : await this.catalog.recentVersionsOf(flow.key);
    return versions.map(stepIn).find((step) => step !== undefined);
  }
}

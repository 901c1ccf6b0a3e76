import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import { FlowCatalog } from '../../flow-catalog/flow-catalog.js';
import type { Flow } from '../../flow/index.js';
import { ALL_DAYS, RollupBacklog, type FunnelSum } from '../../maintenance/rollup-backlog.js';
import { TenantAdministration } from '../../tenant/administration/tenant-administration.js';
import { parseDays, type DaysQuery } from './days.js';
import type { FlowFunnelDto, FunnelDto } from './dto/funnel.dto.js';
import { FunnelRepository } from './funnel.repository.js';
import { funnelSteps, funnelTotal, type Days } from './funnel.js';

/** As far back and ahead as a day can be asked for. */
const FIRST_DAY = '1000-01-01';
const LAST_DAY = '2999-12-31';

/** How many came how far in a flow, and how long it took them. */
@Injectable()
export class FunnelService {
  constructor(
    private readonly administration: TenantAdministration,
    private readonly catalog: FlowCatalog,
    private readonly funnels: FunnelRepository,
    private readonly backlog: RollupBacklog,
  ) {}

  async ofTenant(caller: Principal, tenantId: string, flowKey: string, query: DaysQuery): Promise<FunnelDto> {
    const { key } = await this.catalog.flow(flowKey);
    const days = parseDays(query);
    return this.administration.run(caller, tenantId, { changes: false }, async ({ transaction }) => {
      // First: what is rolled up meanwhile is then counted, too.
      const upToDate = await this.funnels.isUpToDate(transaction);
      const sums = await this.funnels.sums(transaction, key, ...boundsOf(days));
      return { ...funnel(await this.catalog.versionsOf(key, transaction), key, days, sums), upToDate };
    });
  }

  /** Over all tenants. For the platform only: the route sees to that. */
  async ofAllTenants(flowKey: string, query: DaysQuery): Promise<FlowFunnelDto> {
    const { key } = await this.catalog.flow(flowKey);
    const days = parseDays(query);
    const sums = await this.backlog.funnel(key, ...boundsOf(days));
    return funnel(await this.catalog.versionsOf(key), key, days, sums);
  }
}

/** @param versions every one, newest first: also a step that only another build's version has counts */
const funnel = (versions: readonly Flow[], key: string, days: Days, sums: readonly FunnelSum[]): FlowFunnelDto => ({
  flow: key,
  ...days,
  total: funnelTotal(sums),
  steps: funnelSteps(versions, sums),
});

const boundsOf = ({ from, to }: Days): [string, string] =>
  from === null && to === null ? [ALL_DAYS, ALL_DAYS] : [from ?? FIRST_DAY, to ?? LAST_DAY];

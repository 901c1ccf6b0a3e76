import { applyDecorators, Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Caller } from '../../auth/caller.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { RequirePermissions } from '../../auth/require-permissions.decorator.js';
import { ApiAuthenticated, ApiProblems } from '../../http/api-decorators.js';
import { ApiFlow } from '../../onboarding/dto/transition-decorators.js';
import { ADMIN_PROBLEMS } from '../../tenant/dto/admin-problems.js';
import { ApiTenantId, TenantId } from '../../tenant/dto/tenant-parameters.js';
import type { DaysQuery } from './days.js';
import { FlowFunnelDto, FunnelDto } from './dto/funnel.dto.js';
import { FunnelService } from './funnel.service.js';

const day = (name: string, example: string, description: string): MethodDecorator =>
  ApiQuery({ name, required: false, description, schema: { type: 'string', format: 'date', example } });
const ApiDays = (): MethodDecorator =>
  applyDecorators(
    day('from', '2026-03-01', 'First day to count, UTC. Default: no limit.'),
    day('to', '2026-03-31', 'Last day to count, UTC. Default: no limit.'),
  );

@ApiTags('Tenant admins')
@ApiAuthenticated()
@Controller()
export class FunnelController {
  constructor(private readonly funnels: FunnelService) {}

  @Get('v1/tenants/:tenantId/onboarding/:flow/funnel')
  @ApiOperation({
    operationId: 'getFunnel',
    summary: 'Get the funnel of a tenant',
    description:
      'Counts each member once for each step that they reached, on the day they reached it, by the current status of the ' +
      'step. A reopened step counts as open. `upToDate` is true if the newest changes are included.',
  })
  @ApiTenantId()
  @ApiFlow('member_tour')
  @ApiDays()
  @ApiOkResponse({ type: FunnelDto })
  @ApiProblems('unknown_flow', ...ADMIN_PROBLEMS)
  ofTenant(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Param('flow') flow: string,
    @Query() query: DaysQuery,
  ): Promise<FunnelDto> {
    return this.funnels.ofTenant(caller, tenantId, flow, query);
  }

  @Get('v1/flows/:flow/funnel')
  @RequirePermissions('onboarding:read')
  @ApiOperation({
    operationId: 'getFlowFunnel',
    summary: 'Get the funnel of all tenants',
    description: 'Requires the permission `onboarding:read` or `platform:admin`.',
  })
  @ApiFlow()
  @ApiDays()
  @ApiOkResponse({ type: FlowFunnelDto })
  @ApiProblems('unknown_flow', 'invalid_request')
  ofAllTenants(@Param('flow') flow: string, @Query() query: DaysQuery): Promise<FlowFunnelDto> {
    return this.funnels.ofAllTenants(flow, query);
  }
}

import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Caller } from '../../auth/caller.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { FLOW_STATUSES } from '../../flow/index.js';
import { ApiAuthenticated, ApiProblems } from '../../http/api-decorators.js';
import { ApiPage } from '../../http/page.js';
import { ApiFlow } from '../../onboarding/dto/transition-decorators.js';
import { ADMIN_PROBLEMS } from '../../tenant/dto/admin-problems.js';
import { ApiTenantId, TenantId } from '../../tenant/dto/tenant-parameters.js';
import { PeopleInFlowPageDto } from './dto/people.dto.js';
import { DURATION } from './duration.js';
import { PeopleService, type PeopleQuery } from './people.service.js';

@ApiTags('Tenant admins')
@ApiAuthenticated()
@ApiTenantId()
@Controller('v1/tenants/:tenantId/onboarding/:flow/members')
export class PeopleController {
  constructor(private readonly people: PeopleService) {}

  @Get()
  @ApiOperation({
    operationId: 'listPeopleInFlow',
    summary: 'List the progress of members',
    description:
      'Members who have opened the flow; all members if the flow has only tenant steps. Sorted by subject; with a filter, ' +
      'members who wait longest come first. Changes appear within seconds.',
  })
  @ApiFlow()
  @ApiQuery({
    name: 'status',
    required: false,
    description: 'Only members whose flow has this status.',
    schema: { type: 'string', enum: [...FLOW_STATUSES], example: 'in_progress' },
  })
  @ApiQuery({
    name: 'step',
    required: false,
    description: 'Only members whose first open step has this key.',
    schema: { type: 'string', example: 'subscription' },
  })
  @ApiQuery({
    name: 'stuckFor',
    required: false,
    description: 'Only members who have been at the same unfinished step for at least this ISO 8601 duration.',
    schema: { type: 'string', ...DURATION },
  })
  @ApiPage()
  @ApiOkResponse({ type: PeopleInFlowPageDto })
  @ApiProblems('unknown_flow', ...ADMIN_PROBLEMS)
  list(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Param('flow') flow: string,
    @Query() query: PeopleQuery,
  ): Promise<PeopleInFlowPageDto> {
    return this.people.page(caller, tenantId, flow, query);
  }
}

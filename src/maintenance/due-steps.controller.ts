import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Caller } from '../auth/caller.decorator.js';
import { ForMachines } from '../auth/for-machines.decorator.js';
import type { Principal } from '../auth/principal.js';
import { RequirePermissions } from '../auth/require-permissions.decorator.js';
import { ApiAuthenticated, ApiProblems } from '../http/api-decorators.js';
import { ApiPage, type PageQuery } from '../http/page.js';
import { ApiFlow } from '../onboarding/dto/transition-decorators.js';
import { DueStepPageDto } from './due-steps.dto.js';
import { DueStepsService } from './due-steps.service.js';

@ApiTags('Trusted systems')
@ApiAuthenticated()
@Controller('v1/flows/:flow/due-steps')
export class DueStepsController {
  constructor(private readonly due: DueStepsService) {}

  @Get()
  @ForMachines()
  @RequirePermissions('onboarding:attest')
  @ApiOperation({
    operationId: 'listDueSteps',
    summary: 'List tenants with a step to attest',
    description:
      'For machines with the permission `onboarding:attest`. Tenants where the step can be done now and is not done; after a ' +
      'failure, only once a user asked to try again. Sorted by tenant. Poll from the first page: no tenant is missed.',
  })
  @ApiFlow()
  @ApiQuery({ name: 'step', required: true, example: 'setup', description: 'Key of an attested tenant step.' })
  @ApiPage()
  @ApiOkResponse({ type: DueStepPageDto })
  @ApiProblems('unknown_flow', 'invalid_request')
  list(
    @Caller() caller: Principal,
    @Param('flow') flow: string,
    @Query('step') step: string | undefined,
    @Query() page: PageQuery,
  ): Promise<DueStepPageDto> {
    return this.due.page(caller, flow, typeof step === 'string' ? step : undefined, page);
  }
}

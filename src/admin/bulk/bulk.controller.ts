import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import { Caller } from '../../auth/caller.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { ApiAuthenticated, ApiProblems } from '../../http/api-decorators.js';
import { BodyLimit, BULK_BODY_LIMIT_BYTES } from '../../http/body-limits.js';
import { EXAMPLE } from '../../http/open-api/example-values.js';
import { ApiPage } from '../../http/page.js';
import { ApiFlow } from '../../onboarding/dto/transition-decorators.js';
import { ADMIN_CHANGE_PROBLEMS, ADMIN_PROBLEMS, BODY_PROBLEMS } from '../../tenant/dto/admin-problems.js';
import { ApiTenantId, TenantId } from '../../tenant/dto/tenant-parameters.js';
import { parseUuid } from '../../tenant/tenant-selector.js';
import { ITEM_OUTCOMES } from './bulk-states.js';
import { BulkCancelDto, BulkJobDto, BulkPeoplePageDto, BulkRequestDto, BulkUndoDto } from './bulk.dto.js';
import { BulkService, type BulkPeopleQuery } from './bulk.service.js';

const ApiJobId = () =>
  ApiParam({
    name: 'jobId',
    description: 'Id of the job, from the response that started it.',
    schema: { type: 'string', format: 'uuid', example: EXAMPLE.jobId },
  });
const jobIdOf = (text: string): string => parseUuid(text, 'jobId', 'expected the id of a job, a UUID');

@ApiTags('Tenant admins')
@ApiAuthenticated()
@ApiTenantId()
@ApiFlow('member_tour')
@Controller('v1/tenants/:tenantId/onboarding/:flow/bulk')
export class BulkController {
  constructor(private readonly bulk: BulkService) {}

  @Post()
  @HttpCode(202)
  @BodyLimit(BULK_BODY_LIMIT_BYTES)
  @ApiOperation({
    operationId: 'startBulk',
    summary: 'Start a bulk transition',
    description:
      'Runs in the background; poll the returned job. Each person is transitioned at most once, even after a crash.',
  })
  @ApiAcceptedResponse({ type: BulkJobDto })
  @ApiProblems(...ADMIN_CHANGE_PROBLEMS, ...BODY_PROBLEMS, 'unknown_flow')
  start(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Param('flow') flow: string,
    @Body() body: BulkRequestDto,
  ): Promise<BulkJobDto> {
    return this.bulk.start(caller, tenantId, flow, body);
  }

  @Get(':jobId')
  @ApiOperation({ operationId: 'getBulk', summary: 'Get a bulk job', description: 'Its counts are always exact.' })
  @ApiJobId()
  @ApiOkResponse({ type: BulkJobDto })
  @ApiProblems(...ADMIN_PROBLEMS, 'unknown_flow', 'job_not_found')
  show(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Param('flow') flow: string,
    @Param('jobId') jobId: string,
  ): Promise<BulkJobDto> {
    return this.bulk.show(caller, { tenantId, flow, jobId: jobIdOf(jobId) });
  }

  @Get(':jobId/people')
  @ApiOperation({
    operationId: 'listBulkPeople',
    summary: 'List the people of a bulk job',
    description: 'Sorted by subject.',
  })
  @ApiJobId()
  @ApiQuery({
    name: 'outcome',
    required: false,
    description: 'Only people with this outcome.',
    schema: { type: 'string', enum: [...ITEM_OUTCOMES], example: 'refused' },
  })
  @ApiPage()
  @ApiOkResponse({ type: BulkPeoplePageDto })
  @ApiProblems(...ADMIN_PROBLEMS, 'unknown_flow', 'job_not_found')
  people(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Param('flow') flow: string,
    @Param('jobId') jobId: string,
    @Query() query: BulkPeopleQuery,
  ): Promise<BulkPeoplePageDto> {
    return this.bulk.people(caller, { tenantId, flow, jobId: jobIdOf(jobId) }, query);
  }

  @Post(':jobId/cancel')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'cancelBulk',
    summary: 'Cancel a bulk job',
    description: 'Finished transitions are kept and can be undone. Has no effect on a job that has ended.',
  })
  @ApiJobId()
  @ApiBody({ type: BulkCancelDto, required: false })
  @ApiOkResponse({ type: BulkJobDto })
  @ApiProblems(...ADMIN_CHANGE_PROBLEMS, ...BODY_PROBLEMS, 'unknown_flow', 'job_not_found')
  cancel(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Param('flow') flow: string,
    @Param('jobId') jobId: string,
    @Body() { reason }: BulkCancelDto,
  ): Promise<BulkJobDto> {
    return this.bulk.cancel(caller, { tenantId, flow, jobId: jobIdOf(jobId) }, reason);
  }

  @Post(':jobId/undo')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'undoBulk',
    summary: 'Undo a bulk job',
    description:
      'Starts a job that restores each person to their state before, except people with later changes (`moved_since`). ' +
      'Repeating the request returns the same job.',
  })
  @ApiJobId()
  @ApiAcceptedResponse({ type: BulkJobDto })
  @ApiProblems(...ADMIN_CHANGE_PROBLEMS, ...BODY_PROBLEMS, 'unknown_flow', 'job_not_found', 'job_not_undoable')
  undo(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Param('flow') flow: string,
    @Param('jobId') jobId: string,
    @Body() { reason }: BulkUndoDto,
  ): Promise<BulkJobDto> {
    return this.bulk.undo(caller, { tenantId, flow, jobId: jobIdOf(jobId) }, reason);
  }
}

import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller } from '../../auth/caller.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { ApiAuthenticated, ApiProblems } from '../../http/api-decorators.js';
import { ApiFlow } from '../../onboarding/dto/transition-decorators.js';
import { ADMIN_CHANGE_PROBLEMS, BODY_PROBLEMS } from '../../tenant/dto/admin-problems.js';
import { ApiSubject, ApiTenantId, Subject, TenantId } from '../../tenant/dto/tenant-parameters.js';
import { RestoreDto, RestoreResultDto } from './restore.dto.js';
import { RestoreService } from './restore.service.js';

@ApiTags('Tenant admins')
@ApiAuthenticated()
@ApiTenantId()
@ApiFlow()
@Controller('v1/tenants/:tenantId/onboarding/:flow')
export class RestoreController {
  constructor(private readonly restores: RestoreService) {}

  @Post('restore')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'restoreSharedPart',
    summary: 'Restore the tenant’s progress to an earlier revision',
    description:
      'Creates a new revision, which also reverts later data; attestations stay as they are. Any other revision can be restored afterwards.',
  })
  @ApiOkResponse({ type: RestoreResultDto })
  @ApiProblems(...ADMIN_CHANGE_PROBLEMS, ...BODY_PROBLEMS, 'unknown_flow')
  restoreShared(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Param('flow') flow: string,
    @Body() body: RestoreDto,
  ): Promise<RestoreResultDto> {
    return this.restores.restore(caller, { tenantId, flow }, body);
  }

  @Post('members/:subject/restore')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'restoreMember',
    summary: 'Restore a member’s progress to an earlier revision',
    description: 'Creates a new revision. Transitions that the member’s browser sends later are checked against it.',
  })
  @ApiSubject()
  @ApiOkResponse({ type: RestoreResultDto })
  @ApiProblems(...ADMIN_CHANGE_PROBLEMS, ...BODY_PROBLEMS, 'unknown_flow', 'member_not_found')
  restoreMember(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Param('flow') flow: string,
    @Subject() subject: string,
    @Body() body: RestoreDto,
  ): Promise<RestoreResultDto> {
    return this.restores.restore(caller, { tenantId, flow, subject }, body);
  }
}

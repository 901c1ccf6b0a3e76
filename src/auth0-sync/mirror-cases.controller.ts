import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller } from '../auth/caller.decorator.js';
import type { Principal } from '../auth/principal.js';
import { ApiAuthenticated, ApiProblems } from '../http/api-decorators.js';
import { EXAMPLE } from '../http/open-api/example-values.js';
import { ADMIN_CHANGE_PROBLEMS, ADMIN_PROBLEMS, BODY_PROBLEMS } from '../tenant/dto/admin-problems.js';
import { ApiTenantId, TenantId } from '../tenant/dto/tenant-parameters.js';
import { parseUuid } from '../tenant/tenant-selector.js';
import { CaseResolutionDto, MirrorCaseDto, MirrorCaseListDto } from './dto/mirror-case.dto.js';
import { MirrorCasesService } from './mirror-cases.service.js';

@ApiTags('Tenant admins')
@ApiAuthenticated()
@ApiTenantId()
@Controller('v1/tenants/:tenantId/cases')
export class MirrorCasesController {
  constructor(private readonly cases: MirrorCasesService) {}

  @Get()
  @ApiOperation({
    operationId: 'listCases',
    summary: 'List the cases where Auth0 has more than the database',
    description: 'The permission `platform:admin` is required for a tenant that is missing from the database.',
  })
  @ApiOkResponse({ type: MirrorCaseListDto })
  @ApiProblems(...ADMIN_PROBLEMS)
  list(@Caller() caller: Principal, @TenantId() tenantId: string): Promise<MirrorCaseListDto> {
    return this.cases.list(caller, tenantId);
  }

  @Post(':caseId/resolve')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'resolveCase',
    summary: 'Resolve a case',
    description:
      'Decides whether the record of Auth0 or of the database is right. Until then the person gets 409 `reconciliation_required` if they are missing from the database.',
  })
  @ApiParam({
    name: 'caseId',
    description: 'Id of the case.',
    schema: { type: 'string', format: 'uuid', example: EXAMPLE.caseId },
  })
  @ApiOkResponse({ type: MirrorCaseDto })
  @ApiProblems(
    ...ADMIN_CHANGE_PROBLEMS,
    ...BODY_PROBLEMS,
    'member_not_found',
    'case_not_found',
    'case_resolved',
    'case_unreadable',
    'flow_version_unavailable',
  )
  resolve(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Param('caseId') caseId: string,
    @Body() body: CaseResolutionDto,
  ): Promise<MirrorCaseDto> {
    const id = parseUuid(caseId, 'caseId', 'expected the id of a case, a UUID');
    return this.cases.resolve(caller, tenantId, id, body);
  }
}

import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller } from '../../auth/caller.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { ApiAuthenticated, ApiProblems } from '../../http/api-decorators.js';
import { ApiPage, type PageQuery } from '../../http/page.js';
import { invalidRequest } from '../../http/problem.js';
import { ApiFlow, VIEW_ETAG } from '../../onboarding/dto/transition-decorators.js';
import { ADMIN_PROBLEMS } from '../../tenant/dto/admin-problems.js';
import { ApiSubject, ApiTenantId, Subject, TenantId } from '../../tenant/dto/tenant-parameters.js';
import { ExplanationDto } from './explain.dto.js';
import { ExplainService } from './explain.service.js';

@ApiTags('Tenant admins')
@ApiAuthenticated()
@ApiTenantId()
@ApiFlow()
@Controller('v1/tenants/:tenantId/onboarding/:flow/members/:subject')
export class ExplainController {
  constructor(private readonly explanations: ExplainService) {}

  @Get()
  @ApiOperation({
    operationId: 'explainMember',
    summary: 'Explain what a member sees',
    description:
      'Shows database, Auth0 and browser side by side and describes every difference. `live=auth0` reads the current ' +
      'record from Auth0, within the read budget. The pages are those of the history.',
  })
  @ApiSubject()
  @ApiQuery({
    name: 'live',
    required: false,
    description: '`auth0` reads the current record from Auth0. By default Auth0 is not read.',
    schema: { type: 'string', enum: ['auth0'], example: 'auth0' },
  })
  @ApiPage()
  @ApiOkResponse({ type: ExplanationDto, headers: VIEW_ETAG })
  @ApiProblems(...ADMIN_PROBLEMS, 'unknown_flow', 'member_not_found')
  async explain(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Param('flow') flow: string,
    @Subject() subject: string,
    @Query('live') live: string | undefined,
    @Query() page: PageQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ExplanationDto> {
    if (live !== undefined && live !== 'auth0') throw invalidRequest([{ path: 'live', message: 'expected "auth0"' }]);
    const where = { tenantId, flow, subject };
    const { explanation, etag } = await this.explanations.explain(caller, where, live === 'auth0', page);
    if (etag !== undefined) void reply.header('etag', etag);
    return explanation;
  }
}

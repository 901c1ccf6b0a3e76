import { Body, Controller, Headers, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller } from '../../auth/caller.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { ApiAuthenticated, ApiProblems } from '../../http/api-decorators.js';
import type { TransitionResultDto } from '../../onboarding/dto/onboarding-view.dto.js';
import { ApiFlow, ApiTransition, TRANSITION_PROBLEMS } from '../../onboarding/dto/transition-decorators.js';
import { transitionAnswer } from '../../onboarding/transition-answer.js';
import { parseIdempotencyKey } from '../../onboarding/transition-request.js';
import { ADMIN_CHANGE_PROBLEMS, BODY_PROBLEMS } from '../../tenant/dto/admin-problems.js';
import { ApiSubject, ApiTenantId, Subject, TenantId } from '../../tenant/dto/tenant-parameters.js';
import { AdminTransitionDto } from './admin-transition.dto.js';
import { MemberTransitionsService } from './member-transitions.service.js';

@ApiTags('Tenant admins')
@ApiAuthenticated()
@ApiTenantId()
@ApiFlow()
@Controller('v1/tenants/:tenantId/onboarding/:flow/members/:subject/transitions')
export class MemberTransitionsController {
  constructor(private readonly transitions: MemberTransitionsService) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'transitionMember',
    summary: 'Transition a step of a member',
    description:
      'Follows the same rules as the member’s own transitions and requires a reason. An admin may change every step and ' +
      'reopen every step without an attestation, but cannot complete an attested step. In a refusal, `allowed` lists what ' +
      'the admin may do.',
  })
  @ApiSubject()
  @ApiTransition()
  @ApiProblems(...ADMIN_CHANGE_PROBLEMS, ...BODY_PROBLEMS, ...TRANSITION_PROBLEMS, 'member_not_found')
  async transition(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Param('flow') flow: string,
    @Subject() subject: string,
    @Body() { reason, ...body }: AdminTransitionDto,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TransitionResultDto> {
    const request = { ...body, idempotencyKey: parseIdempotencyKey(idempotencyKey), ifMatch };
    return transitionAnswer(reply, await this.transitions.move(caller, { tenantId, flow, subject }, request, reason));
  }
}

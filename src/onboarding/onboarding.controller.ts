import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ForPeople } from '../auth/for-people.decorator.js';
import { ApiAuthenticated, ApiProblems, ApiTenantHeader, TENANT_PROBLEMS } from '../http/api-decorators.js';
import { EXAMPLE } from '../http/open-api/example-values.js';
import { ApiPage, type PageQuery } from '../http/page.js';
import { isNotModified } from '../http/preconditions.js';
import { Person, type PersonInTenant } from '../tenant/tenant-selector.js';
import { HistoryPageDto } from './dto/history.dto.js';
import { OnboardingListDto, OnboardingViewDto, TransitionResultDto } from './dto/onboarding-view.dto.js';
import { ApiFlow, ApiTransition, TRANSITION_PROBLEMS, VIEW_ETAG } from './dto/transition-decorators.js';
import { TransitionDto } from './dto/transition.dto.js';
import { HistoryService } from './history.service.js';
import { OnboardingService } from './onboarding.service.js';
import { transitionAnswer } from './transition-answer.js';
import { parseIdempotencyKey } from './transition-request.js';

@ApiTags('Own progress')
@ApiAuthenticated()
@ForPeople()
@Controller('v1/onboarding')
export class OnboardingController {
  constructor(
    private readonly onboarding: OnboardingService,
    private readonly history: HistoryService,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listOnboarding',
    summary: 'List my flows',
    description: 'Returns a summary of each flow.',
  })
  @ApiTenantHeader()
  @ApiOkResponse({ type: OnboardingListDto })
  @ApiProblems(...TENANT_PROBLEMS)
  async list(@Person() person: PersonInTenant): Promise<OnboardingListDto> {
    const { views, unavailable } = await this.onboarding.views(person);
    return {
      unavailable: unavailable.map((flow) => ({ flow, code: 'flow_version_unavailable' as const })),
      items: views.map(({ flow, status, currentStep, progress, revision }) => ({
        flow,
        status,
        currentStep,
        progress,
        revision,
      })),
    };
  }

  @Get(':flow')
  @ApiOperation({
    operationId: 'getOnboarding',
    summary: 'Get my progress in a flow',
    description:
      'Created on the first request. While the database is unavailable, returns the last known state (`source` auth0, `degraded`).',
  })
  @ApiFlow()
  @ApiTenantHeader()
  @ApiHeader({
    name: 'If-None-Match',
    required: false,
    description: 'ETag of the view that the caller has; while it is current, the response is 304.',
    example: EXAMPLE.etag,
    schema: { type: 'string' },
  })
  @ApiOkResponse({ type: OnboardingViewDto, headers: VIEW_ETAG })
  @ApiResponse({ status: 304, description: 'The caller has the current view.' })
  @ApiProblems('unknown_flow', ...TENANT_PROBLEMS)
  async view(
    @Person() person: PersonInTenant,
    @Param('flow') flow: string,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OnboardingViewDto | undefined> {
    const { view, etag } = await this.onboarding.view(person, flow);
    if (etag === undefined) {
      void reply.header('cache-control', 'no-store');
      return view as OnboardingViewDto;
    }
    void reply.header('etag', etag);
    if (!isNotModified(ifNoneMatch, etag)) return view as OnboardingViewDto;
    void reply.status(304);
    return undefined;
  }

  @Post(':flow/transitions')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'transition',
    summary: 'Transition a step',
    description:
      'Stores the whole transition or refuses it. `complete` on a completed step returns 200 with `applied: false`, unless ' +
      'its merged data differs from the stored data: then it returns 409 `step_resolved`; use `save` to change the data.',
  })
  @ApiFlow()
  @ApiTenantHeader()
  @ApiTransition()
  @ApiProblems(...TENANT_PROBLEMS, ...TRANSITION_PROBLEMS)
  async transition(
    @Person() person: PersonInTenant,
    @Param('flow') flow: string,
    @Body() body: TransitionDto,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TransitionResultDto> {
    const request = { ...body, idempotencyKey: parseIdempotencyKey(idempotencyKey), ifMatch };
    return transitionAnswer(reply, await this.onboarding.transition(person, flow, request));
  }

  @Get(':flow/history')
  @ApiOperation({
    operationId: 'getHistory',
    summary: 'List my history in a flow',
    description: 'Newest first. Includes changes to the tenant’s part.',
  })
  @ApiFlow()
  @ApiTenantHeader()
  @ApiPage()
  @ApiOkResponse({ type: HistoryPageDto })
  @ApiProblems('unknown_flow', ...TENANT_PROBLEMS)
  historyPage(
    @Person() person: PersonInTenant,
    @Param('flow') flow: string,
    @Query() query: PageQuery,
  ): Promise<HistoryPageDto> {
    return this.history.page(person, flow, query);
  }
}

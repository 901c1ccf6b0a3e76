import { Controller, Get, Header, Headers, Param, Res } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller } from '../../auth/caller.decorator.js';
import { ForPeople } from '../../auth/for-people.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { ApiAuthenticated, ApiProblems, ApiTenantHeader, TENANT_PROBLEMS } from '../../http/api-decorators.js';
import { Person, type PersonInTenant } from '../../tenant/tenant-selector.js';
import { ApiFlow } from '../dto/transition-decorators.js';
import { PROGRESS_EVENTS, ProgressEventDto } from './progress-event.dto.js';
import { ProgressEventsService } from './progress-events.service.js';

@ApiTags('Own progress')
@ApiAuthenticated()
@ForPeople()
@Controller('v1/onboarding')
export class ProgressEventsController {
  constructor(private readonly events: ProgressEventsService) {}

  @Get(':flow/events')
  // A connection that streamed is not used again, so that it does not keep a stopping process.
  @Header('Connection', 'close')
  // A proxy that compresses would keep events back until its buffer is full; nginx would, without compressing.
  @Header('Cache-Control', 'no-store, no-transform')
  @Header('X-Accel-Buffering', 'no')
  @ApiOperation({
    operationId: 'streamOnboarding',
    summary: 'Stream my progress in a flow',
    description:
      'Server-sent events: a `progress` event at once and after every change, with the view as data, and revision and ' +
      'lineage as id; a comment every 15 s. The stream ends when the token expires, the membership ends or the process stops; ' +
      'reconnect then. At most 10 streams for one person.',
  })
  @ApiFlow()
  @ApiTenantHeader()
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: '`id` of the newest event that the caller has; the service does not send that view again.',
    schema: { type: 'string' },
    example: '2.7f1c2a34-0000-4000-8000-000000000001',
  })
  @ApiExtraModels(ProgressEventDto)
  @ApiOkResponse({ description: 'The events.', content: PROGRESS_EVENTS })
  @ApiProblems('unknown_flow', ...TENANT_PROBLEMS)
  async stream(
    @Person() person: PersonInTenant,
    @Caller() { expiresAt }: Principal,
    @Param('flow') flow: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const stream = await this.events.open(person, flow, expiresAt, lastEventId);
    await reply.header('content-type', 'text/event-stream').send(stream);
  }
}

import { Body, Controller, Param, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller } from '../auth/caller.decorator.js';
import type { Principal } from '../auth/principal.js';
import { ForMachines } from '../auth/for-machines.decorator.js';
import { RequirePermissions } from '../auth/require-permissions.decorator.js';
import { ApiAuthenticated, ApiProblems } from '../http/api-decorators.js';
import { ApiTenantId } from '../tenant/dto/tenant-parameters.js';
import { parseTenantId } from '../tenant/tenant-selector.js';
import { AttestationService } from './attestation.service.js';
import { AttestationDto } from './dto/attestation.dto.js';
import { AttestationResultDto } from './dto/onboarding-view.dto.js';
import { ApiFlow } from './dto/transition-decorators.js';

@ApiTags('Trusted systems')
@ApiAuthenticated()
@Controller('v1/tenants/:tenantId/onboarding/:flow/attestations')
export class AttestationController {
  constructor(private readonly attestations: AttestationService) {}

  @Post()
  @ForMachines()
  @RequirePermissions('onboarding:attest')
  @ApiOperation({
    operationId: 'attest',
    summary: 'Attest a step',
    description:
      'For machines with the permission `onboarding:attest`, and for the senders that the step names. Idempotent by `eventId`. An event that arrives early is stored until its ' +
      'step can be done. Events count in the order of receipt: a success is final for its values; of several failures, ' +
      'the last one received is shown.',
  })
  @ApiTenantId()
  @ApiFlow()
  @ApiOkResponse({ type: AttestationResultDto, description: 'The event was recorded, now or by an earlier request.' })
  @ApiAcceptedResponse({ type: AttestationResultDto, description: 'The event is stored and does not count yet.' })
  @ApiProblems(
    'unknown_flow',
    'tenant_not_found',
    'unknown_attested_step',
    'payload_too_large',
    'unsupported_media_type',
    'invalid_request',
  )
  async attest(
    @Caller() caller: Principal,
    @Param('tenantId') tenantId: string,
    @Param('flow') flow: string,
    @Body() body: AttestationDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AttestationResultDto> {
    const result = await this.attestations.attest(parseTenantId(tenantId), flow, body, caller);
    void reply.status(result.deferred ? 202 : 200);
    return result;
  }
}

import { Body, Controller, Param, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller } from '../auth/caller.decorator.js';
import type { Principal } from '../auth/principal.js';
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
  @RequirePermissions('onboarding:attest')
  @ApiOperation({
    operationId: 'attest',
    summary: 'Attest a step',
    description:
      'Permission `onboarding:attest`. Idempotent by `eventId`; an event that comes early is kept until it counts. Events ' +
      'count in the order of receipt: a success is final for its values, and of failures the one received last is shown.',
  })
  @ApiTenantId()
  @ApiFlow()
  @ApiOkResponse({ type: AttestationResultDto, description: 'It was taken in, now or before.' })
  @ApiAcceptedResponse({ type: AttestationResultDto, description: 'It is kept, and does not count yet.' })
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

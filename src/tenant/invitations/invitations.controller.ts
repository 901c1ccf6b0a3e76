import { Controller, Delete, Get, HttpCode, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller } from '../../auth/caller.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { ApiAuthenticated, ApiProblems } from '../../http/api-decorators.js';
import { ApiPage, type PageQuery } from '../../http/page.js';
import { ADMIN_CHANGE_PROBLEMS, ADMIN_PROBLEMS } from '../dto/admin-problems.js';
import { InvitationPageDto } from '../dto/invitation.dto.js';
import { ApiReason, parseReason } from '../dto/reason.js';
import { ApiInvitationId, ApiTenantId, InvitationId, TenantId } from '../dto/tenant-parameters.js';
import { InvitationsService } from './invitations.service.js';

@ApiTags('Tenant admins')
@ApiAuthenticated()
@ApiTenantId()
@Controller('v1/tenants/:tenantId/invitations')
export class InvitationsController {
  constructor(private readonly invitations: InvitationsService) {}

  @Get()
  @ApiOperation({
    operationId: 'listInvitations',
    summary: 'List open invitations',
    description: 'Newest first. Tokens are not included.',
  })
  @ApiPage()
  @ApiOkResponse({ type: InvitationPageDto })
  @ApiProblems(...ADMIN_PROBLEMS)
  list(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Query() query: PageQuery,
  ): Promise<InvitationPageDto> {
    return this.invitations.page(caller, tenantId, query);
  }

  @Delete(':invitationId')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'revokeInvitation',
    summary: 'Revoke an invitation',
    description: 'Its token stops working. Only owners may revoke the invitation of an owner.',
  })
  @ApiInvitationId()
  @ApiReason()
  @ApiNoContentResponse({ description: 'The invitation is no longer open.' })
  @ApiProblems(...ADMIN_CHANGE_PROBLEMS, 'invitation_not_found', 'invitation_used')
  async revoke(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @InvitationId() invitationId: string,
    @Query('reason') reason: string | undefined,
  ): Promise<void> {
    await this.invitations.revoke(caller, tenantId, invitationId, parseReason(reason));
  }
}

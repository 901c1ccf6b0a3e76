import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import { Caller } from '../../auth/caller.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { ApiAuthenticated, ApiProblems } from '../../http/api-decorators.js';
import { ApiPage } from '../../http/page.js';
import { ADMIN_CHANGE_PROBLEMS, ADMIN_PROBLEMS, BODY_PROBLEMS } from '../dto/admin-problems.js';
import { InvitationRequestDto, IssuedInvitationDto } from '../dto/invitation.dto.js';
import { MemberChangeDto, MemberDto, MemberPageDto } from '../dto/member.dto.js';
import { ApiReason, parseReason } from '../dto/reason.js';
import { ApiSubject, ApiTenantId, Subject, TenantId } from '../dto/tenant-parameters.js';
import { InvitationsService } from '../invitations/invitations.service.js';
import { MembersService, type MemberPageQuery } from './members.service.js';

@ApiTags('Tenant admins')
@ApiAuthenticated()
@ApiTenantId()
@Controller('v1/tenants/:tenantId/members')
export class MembersController {
  constructor(
    private readonly members: MembersService,
    private readonly invitations: InvitationsService,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listMembers', summary: 'List members', description: 'Sorted by subject.' })
  @ApiQuery({
    name: 'status',
    required: false,
    description: 'Only members with this status.',
    schema: { type: 'string', enum: ['active', 'removed'], default: 'active', example: 'active' },
  })
  @ApiPage()
  @ApiOkResponse({ type: MemberPageDto })
  @ApiProblems(...ADMIN_PROBLEMS)
  list(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Query() query: MemberPageQuery,
  ): Promise<MemberPageDto> {
    return this.members.page(caller, tenantId, query);
  }

  @Post()
  @ApiOperation({
    operationId: 'inviteMember',
    summary: 'Invite a person',
    description:
      'Returns a one-time token to pass on. The user who accepts it becomes a member. Only owners may invite owners.',
  })
  @ApiCreatedResponse({ type: IssuedInvitationDto })
  @ApiProblems(...ADMIN_CHANGE_PROBLEMS, ...BODY_PROBLEMS)
  invite(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Body() body: InvitationRequestDto,
  ): Promise<IssuedInvitationDto> {
    return this.invitations.invite(caller, tenantId, body);
  }

  @Patch(':subject')
  @ApiOperation({
    operationId: 'changeMember',
    summary: 'Change or restore a member',
    description: 'Only owners may add or change owners. The last owner cannot be changed.',
  })
  @ApiSubject()
  @ApiOkResponse({ type: MemberDto })
  @ApiProblems(...ADMIN_CHANGE_PROBLEMS, ...BODY_PROBLEMS, 'member_not_found', 'last_owner')
  change(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Subject() subject: string,
    @Body() body: MemberChangeDto,
  ): Promise<MemberDto> {
    return this.members.change(caller, tenantId, subject, body);
  }

  @Delete(':subject')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'removeMember',
    summary: 'Remove a member, or leave the tenant',
    description:
      'Ends access at once. Every member may remove themselves. Only owners may remove owners. The last owner cannot be removed.',
  })
  @ApiSubject()
  @ApiReason()
  @ApiNoContentResponse({ description: 'The person is no longer a member.' })
  @ApiProblems(...ADMIN_CHANGE_PROBLEMS, 'member_not_found', 'last_owner')
  async remove(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Subject() subject: string,
    @Query('reason') reason: string | undefined,
  ): Promise<void> {
    await this.members.remove(caller, tenantId, subject, parseReason(reason));
  }
}

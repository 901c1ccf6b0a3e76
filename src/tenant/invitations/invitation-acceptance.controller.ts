import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller } from '../../auth/caller.decorator.js';
import { ForPeople } from '../../auth/for-people.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { ApiAuthenticated, ApiProblems } from '../../http/api-decorators.js';
import { BODY_PROBLEMS } from '../dto/admin-problems.js';
import { AcceptanceDto } from '../dto/invitation.dto.js';
import { TenantSummaryDto } from '../dto/me.dto.js';
import { InvitationAcceptance } from './invitation-acceptance.service.js';

/** Not about a tenant that the person has, but about one that they get: no tenant is looked for, and none is made. */
@ApiTags('Own progress')
@ApiAuthenticated()
@ForPeople()
@Controller('v1/invitations/accept')
export class InvitationAcceptanceController {
  constructor(private readonly acceptance: InvitationAcceptance) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'acceptInvitation',
    summary: 'Accept an invitation',
    description:
      'The user becomes a member. Repeating the request returns the same response. Restores a removed member if another ' +
      'person created the invitation after the removal. Archives the untouched draft tenant of the user, if there is one.',
  })
  @ApiOkResponse({ type: TenantSummaryDto })
  @ApiProblems(
    ...BODY_PROBLEMS,
    'membership_removed',
    'tenant_closed',
    'invitation_not_found',
    'already_member',
    'person_erased',
    'invitation_used',
    'invitation_expired',
    'invitation_revoked',
  )
  accept(@Caller() caller: Principal, @Body() { token }: AcceptanceDto): Promise<TenantSummaryDto> {
    return this.acceptance.accept(caller, token);
  }
}

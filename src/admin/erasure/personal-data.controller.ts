import { Controller, Delete, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller } from '../../auth/caller.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { ApiAuthenticated, ApiProblems } from '../../http/api-decorators.js';
import { ADMIN_CHANGE_PROBLEMS, ADMIN_PROBLEMS, BODY_PROBLEMS } from '../../tenant/dto/admin-problems.js';
import { ApiReason, parseReason } from '../../tenant/dto/reason.js';
import { ApiSubject, ApiTenantId, Subject, TenantId } from '../../tenant/dto/tenant-parameters.js';
import { ErasureService } from './erasure.service.js';
import { ErasureReceiptDto, PersonalDataDto } from './personal-data.dto.js';
import { PersonalDataService } from './personal-data.service.js';

@ApiTags('Tenant admins')
@ApiAuthenticated()
@ApiTenantId()
@Controller('v1/tenants/:tenantId/members/:subject/data')
export class PersonalDataController {
  constructor(
    private readonly personalData: PersonalDataService,
    private readonly erasure: ErasureService,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'exportPerson',
    summary: 'All that is kept of a person',
    description: 'Of one tenant, on every level; what a browser keeps, only the person can get at.',
  })
  @ApiSubject()
  @ApiOkResponse({ type: PersonalDataDto })
  @ApiProblems(...ADMIN_PROBLEMS, 'member_not_found')
  export(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Subject() subject: string,
  ): Promise<PersonalDataDto> {
    return this.personalData.export(caller, tenantId, subject);
  }

  @Delete()
  @ApiOperation({
    operationId: 'erasePerson',
    summary: 'Forget a person',
    description:
      'In one tenant, on every level. The history stays, without what they typed, under a random name. Again gives a new ' +
      'receipt of the same erasure, which tells whether Auth0 has followed. Keep the receipt outside the database: after a ' +
      'backup is restored, `npm run restored -- --receipts FILE` erases the person again.',
  })
  @ApiSubject()
  @ApiReason()
  @ApiOkResponse({ type: ErasureReceiptDto })
  @ApiProblems(...ADMIN_CHANGE_PROBLEMS, ...BODY_PROBLEMS, 'member_not_found', 'last_owner')
  erase(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Subject() subject: string,
    @Query('reason') reason: string | undefined,
  ): Promise<ErasureReceiptDto> {
    return this.erasure.erase(caller, tenantId, subject, parseReason(reason));
  }
}

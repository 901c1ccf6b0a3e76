import { Controller, Delete, Get, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller } from '../../auth/caller.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { ApiAuthenticated, ApiProblems } from '../../http/api-decorators.js';
import { EXAMPLE } from '../../http/open-api/example-values.js';
import { ADMIN_CHANGE_PROBLEMS, ADMIN_PROBLEMS } from '../../tenant/dto/admin-problems.js';
import { ApiReason, parseReason } from '../../tenant/dto/reason.js';
import { ApiSubject, ApiTenantId, Subject, TenantId } from '../../tenant/dto/tenant-parameters.js';
import { ErasureService, isPending } from './erasure.service.js';
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
    summary: 'Export the personal data of a member',
    description:
      'Data in the database and in Auth0, for one tenant. Only the person can read what their browser stores. The response ' +
      'is a stream; if it fails, the connection is closed before its end. A caller may have 2 exports under way.',
  })
  @ApiSubject()
  @ApiOkResponse({ type: PersonalDataDto })
  @ApiProblems(...ADMIN_PROBLEMS, 'member_not_found')
  async export(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Subject() subject: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const content = await this.personalData.export(caller, tenantId, subject);
    await reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('cache-control', 'no-store, no-transform')
      .send(content);
  }

  @Delete()
  @ApiOperation({
    operationId: 'erasePerson',
    summary: 'Erase the personal data of a member',
    description:
      'Erases the data in the database and in Auth0, for one tenant; a device deletes its copy at its next request. The history is kept without entered data, ' +
      'under a random name. Repeating the request returns a new receipt of the same erasure, which shows whether Auth0 has ' +
      'removed its copy. Keep the receipt outside the database: after a backup is restored, ' +
      '`npm run restored -- --receipts FILE` erases the person again.',
  })
  @ApiSubject()
  @ApiReason()
  @ApiOkResponse({ type: ErasureReceiptDto, description: 'The person is erased.' })
  @ApiAcceptedResponse({
    type: ErasureReceiptDto,
    description: 'The history is long: a job erases it. The receipt at `Location` tells when it is done.',
    headers: {
      Location: {
        description: 'Path of the receipt.',
        schema: { type: 'string', example: `/v1/tenants/${EXAMPLE.tenantId}/members/auth0%7C66f1/data/receipt` },
      },
    },
  })
  @ApiProblems(...ADMIN_CHANGE_PROBLEMS, 'member_not_found', 'last_owner')
  async erase(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Subject() subject: string,
    @Query('reason') reason: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ErasureReceiptDto> {
    const receipt = await this.erasure.erase(caller, tenantId, subject, parseReason(reason));
    if (isPending(receipt)) {
      const path = `/v1/tenants/${tenantId}/members/${encodeURIComponent(subject)}/data/receipt`;
      void reply.status(202).header('location', path);
    }
    return receipt;
  }

  @Get('receipt')
  @ApiOperation({
    operationId: 'getErasureReceipt',
    summary: 'Get the receipt of an erasure',
    description: 'A new receipt of the same erasure, which shows how far it is.',
  })
  @ApiSubject()
  @ApiOkResponse({ type: ErasureReceiptDto })
  @ApiProblems(...ADMIN_PROBLEMS, 'member_not_found')
  receipt(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Subject() subject: string,
  ): Promise<ErasureReceiptDto> {
    return this.erasure.receipt(caller, tenantId, subject);
  }
}

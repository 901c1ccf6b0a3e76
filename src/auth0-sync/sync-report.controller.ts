import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller } from '../auth/caller.decorator.js';
import type { Principal } from '../auth/principal.js';
import { ApiAuthenticated, ApiProblems } from '../http/api-decorators.js';
import { ADMIN_CHANGE_PROBLEMS, ADMIN_PROBLEMS, BODY_PROBLEMS } from '../tenant/dto/admin-problems.js';
import { ApiTenantId, TenantId } from '../tenant/dto/tenant-parameters.js';
import { ReconcileDto, ReconcileStartedDto, SyncReportDto } from './dto/sync-report.dto.js';
import { SyncReportService } from './sync-report.service.js';

@ApiTags('Tenant admins')
@ApiAuthenticated()
@ApiTenantId()
@Controller('v1/tenants/:tenantId/auth0-sync')
export class SyncReportController {
  constructor(private readonly sync: SyncReportService) {}

  @Get()
  @ApiOperation({
    operationId: 'getAuth0Sync',
    summary: 'Get the state of the Auth0 sync',
    description: 'Lag, failures and the result of the last reconciliation.',
  })
  @ApiOkResponse({ type: SyncReportDto })
  @ApiProblems(...ADMIN_PROBLEMS)
  report(@Caller() caller: Principal, @TenantId() tenantId: string): Promise<SyncReportDto> {
    return this.sync.report(caller, tenantId);
  }

  @Post('reconcile')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'reconcileAuth0',
    summary: 'Compare Auth0 with the database and repair it',
    description:
      'Also retries parked mirrors. Runs in the background within the rate budget; the sync report shows its progress.',
  })
  @ApiBody({ type: ReconcileDto, required: false })
  @ApiAcceptedResponse({ type: ReconcileStartedDto })
  @ApiProblems(...ADMIN_CHANGE_PROBLEMS, ...BODY_PROBLEMS)
  reconcile(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Body() { dryRun = false, reason }: ReconcileDto,
  ): Promise<ReconcileStartedDto> {
    return this.sync.reconcile(caller, tenantId, dryRun, reason);
  }
}

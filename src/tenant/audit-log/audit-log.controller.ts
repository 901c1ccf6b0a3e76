import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller } from '../../auth/caller.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { ApiAuthenticated, ApiProblems } from '../../http/api-decorators.js';
import { ApiPage, type PageQuery } from '../../http/page.js';
import { ADMIN_PROBLEMS } from '../dto/admin-problems.js';
import { AuditPageDto } from '../dto/audit.dto.js';
import { ApiTenantId, TenantId } from '../dto/tenant-parameters.js';
import { AuditLogService } from './audit-log.service.js';

@ApiTags('Tenant admins')
@ApiAuthenticated()
@ApiTenantId()
@Controller('v1/tenants/:tenantId/audit')
export class AuditLogController {
  constructor(private readonly auditLog: AuditLogService) {}

  @Get()
  @ApiOperation({ operationId: 'getAuditLog', summary: 'List audit log entries', description: 'Newest first.' })
  @ApiPage()
  @ApiOkResponse({ type: AuditPageDto })
  @ApiProblems(...ADMIN_PROBLEMS)
  page(@Caller() caller: Principal, @TenantId() tenantId: string, @Query() query: PageQuery): Promise<AuditPageDto> {
    return this.auditLog.page(caller, tenantId, query);
  }
}

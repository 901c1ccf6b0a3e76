import { Body, Controller, Get, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller } from '../../auth/caller.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { RequirePermissions } from '../../auth/require-permissions.decorator.js';
import { ApiAuthenticated, ApiProblems } from '../../http/api-decorators.js';
import { ApiPage, type PageQuery } from '../../http/page.js';
import { ADMIN_CHANGE_PROBLEMS, ADMIN_PROBLEMS, BODY_PROBLEMS } from '../dto/admin-problems.js';
import { ApiTenantId, TenantId } from '../dto/tenant-parameters.js';
import { NewTenantDto, TenantChangeDto, TenantDto, TenantPageDto } from '../dto/tenant.dto.js';
import { TenantsService } from './tenants.service.js';

@ApiTags('Tenant admins')
@ApiAuthenticated()
@Controller('v1/tenants')
export class TenantsController {
  constructor(private readonly tenants: TenantsService) {}

  @Get()
  @RequirePermissions('platform:admin')
  @ApiOperation({
    operationId: 'listTenants',
    summary: 'All tenants',
    description: 'Permission `platform:admin`. By id.',
  })
  @ApiPage()
  @ApiOkResponse({ type: TenantPageDto })
  @ApiProblems('invalid_request')
  list(@Query() query: PageQuery): Promise<TenantPageDto> {
    return this.tenants.page(query);
  }

  @Post()
  @RequirePermissions('platform:admin')
  @ApiOperation({
    operationId: 'createTenant',
    summary: 'Make a tenant',
    description: 'Permission `platform:admin`. It is active and has no members: invite its first owner.',
  })
  @ApiCreatedResponse({ type: TenantDto })
  @ApiProblems(...BODY_PROBLEMS, 'organization_taken')
  create(@Caller() caller: Principal, @Body() body: NewTenantDto): Promise<TenantDto> {
    return this.tenants.create(caller, body);
  }

  @Get(':tenantId')
  @ApiOperation({
    operationId: 'getTenant',
    summary: 'A tenant',
    description: 'For its owners and admins; of a closed one, for its owners.',
  })
  @ApiTenantId()
  @ApiOkResponse({ type: TenantDto })
  @ApiProblems(...ADMIN_PROBLEMS)
  find(@Caller() caller: Principal, @TenantId() tenantId: string): Promise<TenantDto> {
    return this.tenants.find(caller, tenantId);
  }

  @Patch(':tenantId')
  @ApiOperation({
    operationId: 'changeTenant',
    summary: 'Rename, close or open a tenant again, or connect its organisation',
    description: 'Owners and admins rename; owners close and open again; the platform connects organisations.',
  })
  @ApiTenantId()
  @ApiOkResponse({ type: TenantDto })
  @ApiProblems(...ADMIN_CHANGE_PROBLEMS, ...BODY_PROBLEMS, 'organization_taken')
  change(@Caller() caller: Principal, @TenantId() tenantId: string, @Body() body: TenantChangeDto): Promise<TenantDto> {
    return this.tenants.change(caller, tenantId, body);
  }
}

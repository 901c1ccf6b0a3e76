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
  @RequirePermissions('onboarding:read')
  @ApiOperation({
    operationId: 'listTenants',
    summary: 'List tenants',
    description: 'Requires the permission `onboarding:read` or `platform:admin`. Sorted by id.',
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
    summary: 'Create a tenant',
    description:
      'Requires the permission `platform:admin`. The tenant is active and has no members; invite its first owner.',
  })
  @ApiCreatedResponse({ type: TenantDto })
  @ApiProblems(...BODY_PROBLEMS, 'organization_taken')
  create(@Caller() caller: Principal, @Body() body: NewTenantDto): Promise<TenantDto> {
    return this.tenants.create(caller, body);
  }

  @Get(':tenantId')
  @ApiOperation({
    operationId: 'getTenant',
    summary: 'Get a tenant',
    description: 'For owners and admins of the tenant. Only owners and platform operators can read a closed tenant.',
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
    summary: 'Rename, close, reopen or connect a tenant',
    description:
      'Owners and admins may rename the tenant. Owners may close and reopen it. Platform operators may connect an organisation.',
  })
  @ApiTenantId()
  @ApiOkResponse({ type: TenantDto })
  @ApiProblems(...ADMIN_CHANGE_PROBLEMS, ...BODY_PROBLEMS, 'organization_taken')
  change(@Caller() caller: Principal, @TenantId() tenantId: string, @Body() body: TenantChangeDto): Promise<TenantDto> {
    return this.tenants.change(caller, tenantId, body);
  }
}

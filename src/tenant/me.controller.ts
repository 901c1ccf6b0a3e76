import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ForPeople } from '../auth/for-people.decorator.js';
import { ApiAuthenticated, ApiProblems, ApiTenantHeader, TENANT_PROBLEMS } from '../http/api-decorators.js';
import { MeDto } from './dto/me.dto.js';
import { Person, type PersonInTenant } from './tenant-selector.js';
import { TenantService } from './tenant.service.js';

@ApiTags('Own progress')
@ApiAuthenticated()
@ForPeople()
@Controller('v1/me')
export class MeController {
  constructor(private readonly tenants: TenantService) {}

  @Get()
  @ApiOperation({
    operationId: 'getMe',
    summary: 'Who I am, and my tenants',
    description:
      'A person without a tenant gets their own draft. `tenants` includes closed ones; a closed tenant is never `tenant`.',
  })
  @ApiTenantHeader()
  @ApiOkResponse({ type: MeDto })
  @ApiProblems(...TENANT_PROBLEMS)
  me(@Person() person: PersonInTenant): Promise<MeDto> {
    return this.tenants.me(person);
  }
}

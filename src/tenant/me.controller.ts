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
    summary: 'Get the signed-in user and their tenants',
    description:
      'Creates a draft tenant for a user without a tenant. `tenants` includes closed tenants; `tenant` is never a closed one.',
  })
  @ApiTenantHeader()
  @ApiOkResponse({ type: MeDto })
  @ApiProblems(...TENANT_PROBLEMS)
  me(@Person() person: PersonInTenant): Promise<MeDto> {
    return this.tenants.me(person);
  }
}

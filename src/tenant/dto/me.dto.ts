import { ApiProperty } from '@nestjs/swagger';
import { ROLES, type Role } from '../../flow/index.js';
import { EXAMPLE } from '../../http/open-api/example-values.js';
import type { TenantStatus } from '../tenant.entity.js';

export class TenantSummaryDto {
  @ApiProperty({ format: 'uuid', description: 'Id of the tenant.', example: EXAMPLE.tenantId })
  id!: string;

  @ApiProperty({ description: 'Name of the tenant.', example: EXAMPLE.tenantName })
  name!: string;

  @ApiProperty({ enum: ['draft', 'active', 'closed'], description: 'Status of the tenant.', example: 'active' })
  status!: TenantStatus;

  @ApiProperty({ enum: ROLES, description: 'Role of the caller in this tenant.', example: 'owner' })
  role!: Role;
}

export class MeDto {
  @ApiProperty({ description: '`sub` of the access token.', example: EXAMPLE.owner })
  subject!: string;

  @ApiProperty({ type: TenantSummaryDto, description: 'Tenant that requests with the same headers refer to.' })
  tenant!: TenantSummaryDto;

  @ApiProperty({ type: [TenantSummaryDto], description: 'Tenants that the caller belongs to.' })
  tenants!: TenantSummaryDto[];
}

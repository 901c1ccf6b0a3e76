import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ROLES, type Role } from '../../flow/index.js';
import type { TenantStatus } from '../tenant.entity.js';

@ApiSchema({ name: 'TenantSummary' })
export class TenantSummaryDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: ['draft', 'active', 'closed'] })
  status!: TenantStatus;

  @ApiProperty({ enum: ROLES, description: 'The caller’s role there.' })
  role!: Role;
}

@ApiSchema({ name: 'Me' })
export class MeDto {
  @ApiProperty({ description: 'The token’s `sub`.', example: 'auth0|66f1' })
  subject!: string;

  @ApiProperty({ type: TenantSummaryDto, description: 'What a request like this one is about.' })
  tenant!: TenantSummaryDto;

  @ApiProperty({ type: [TenantSummaryDto] })
  tenants!: TenantSummaryDto[];
}

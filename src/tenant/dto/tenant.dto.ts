import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsIn, IsString, Length, Matches, ValidateIf } from 'class-validator';
import { WhenPresent } from '../../http/when-present.decorator.js';
import type { TenantStatus } from '../tenant.entity.js';
import { Reason } from './reason.js';

const NAME = { minLength: 1, maxLength: 200, pattern: '\\S', example: 'Acme' };
const ORGANIZATION = { pattern: '^org_[A-Za-z0-9]{1,60}$', example: 'org_9ybsU1dN2dKfDkBi' };

const IsOrganizationId = (): PropertyDecorator =>
  Matches(new RegExp(ORGANIZATION.pattern), {
    message: 'must be the id of an Auth0 organisation, such as org_9ybsU1dN',
  });

@ApiSchema({ name: 'Tenant' })
export class TenantDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: ['draft', 'active', 'closed', 'archived'] })
  status!: TenantStatus;

  @ApiProperty({ type: String, nullable: true, description: 'The Auth0 organisation whose people become members.' })
  organizationId!: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  closedAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Of a closed tenant; afterwards it is archived.',
  })
  reopenableUntil!: string | null;
}

@ApiSchema({ name: 'TenantPage' })
export class TenantPageDto {
  @ApiProperty({ type: [TenantDto] })
  items!: TenantDto[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

@ApiSchema({ name: 'NewTenant' })
export class NewTenantDto {
  @ApiProperty(NAME)
  @IsString()
  @Length(NAME.minLength, NAME.maxLength)
  @Matches(/\S/, { message: 'name must not be blank' })
  name!: string;

  @ApiPropertyOptional(ORGANIZATION)
  @WhenPresent()
  @IsOrganizationId()
  organizationId?: string;

  @Reason()
  reason?: string;
}

@ApiSchema({ name: 'TenantChange' })
export class TenantChangeDto {
  @ApiPropertyOptional(NAME)
  @WhenPresent()
  @IsString()
  @Length(NAME.minLength, NAME.maxLength)
  @Matches(/\S/, { message: 'name must not be blank' })
  name?: string;

  @ApiPropertyOptional({ enum: ['active', 'closed'], description: 'Closes the tenant, or opens it again: owners.' })
  @WhenPresent()
  @IsIn(['active', 'closed'])
  status?: 'active' | 'closed';

  @ApiPropertyOptional({
    ...ORGANIZATION,
    type: String,
    nullable: true,
    description: 'Connects an Auth0 organisation, or with null disconnects it: the platform.',
  })
  @ValidateIf((_change, value: unknown) => value !== undefined && value !== null)
  @IsOrganizationId()
  organizationId?: string | null;

  @Reason()
  reason?: string;
}

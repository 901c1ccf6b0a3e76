import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { EXAMPLE } from '../../http/open-api/example-values.js';
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

export class TenantDto {
  @ApiProperty({ format: 'uuid', description: 'Id of the tenant.', example: EXAMPLE.tenantId })
  id!: string;

  @ApiProperty({ description: 'Name of the tenant.', example: EXAMPLE.tenantName })
  name!: string;

  @ApiProperty({
    enum: ['draft', 'active', 'closed', 'archived'],
    description: 'Status of the tenant.',
    example: 'active',
  })
  status!: TenantStatus;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Auth0 organisation whose users become members.',
    example: EXAMPLE.organizationId,
  })
  organizationId!: string | null;

  @ApiProperty({ format: 'date-time', description: 'When the tenant was created.', example: EXAMPLE.joinedAt })
  createdAt!: string;

  @ApiProperty({ format: 'date-time', description: 'When the tenant last changed.', example: EXAMPLE.joinedAt })
  updatedAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the tenant was closed.',
    example: null,
  })
  closedAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Until when a closed tenant can be reopened; afterwards it is archived.',
    example: null,
  })
  reopenableUntil!: string | null;
}

export class TenantPageDto {
  @ApiProperty({ type: [TenantDto] })
  items!: TenantDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Cursor of the next page; null on the last page.',
    example: null,
  })
  nextCursor!: string | null;
}

export class NewTenantDto {
  @ApiProperty({ ...NAME, description: 'Name of the tenant.' })
  @IsString()
  @Length(NAME.minLength, NAME.maxLength)
  @Matches(/\S/, { message: 'name must not be blank' })
  name!: string;

  @ApiPropertyOptional({ ...ORGANIZATION, description: 'Auth0 organisation to connect.' })
  @WhenPresent()
  @IsOrganizationId()
  organizationId?: string;

  @Reason()
  reason?: string;
}

export class TenantChangeDto {
  @ApiPropertyOptional({ ...NAME, description: 'New name.' })
  @WhenPresent()
  @IsString()
  @Length(NAME.minLength, NAME.maxLength)
  @Matches(/\S/, { message: 'name must not be blank' })
  name?: string;

  @ApiPropertyOptional({
    enum: ['active', 'closed'],
    description: '`closed` closes the tenant, `active` reopens it. Only owners and platform operators may set it.',
  })
  @WhenPresent()
  @IsIn(['active', 'closed'])
  status?: 'active' | 'closed';

  @ApiPropertyOptional({
    ...ORGANIZATION,
    type: String,
    nullable: true,
    description: 'Auth0 organisation to connect, or null to disconnect it. Only platform operators may set it.',
  })
  @ValidateIf((_change, value: unknown) => value !== undefined && value !== null)
  @IsOrganizationId()
  organizationId?: string | null;

  @Reason()
  reason?: string;
}

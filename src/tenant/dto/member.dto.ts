import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { EXAMPLE } from '../../http/open-api/example-values.js';
import { IsIn } from 'class-validator';
import { ROLES, type Role } from '../../flow/index.js';
import { WhenPresent } from '../../http/when-present.decorator.js';
import { Reason } from './reason.js';

export class MemberDto {
  @ApiProperty({ description: '`sub` of the person.', example: EXAMPLE.member })
  subject!: string;

  @ApiProperty({ enum: ROLES, description: 'Role in the tenant.', example: 'member' })
  role!: Role;

  @ApiProperty({ enum: ['active', 'removed'], description: 'Status of the membership.', example: 'active' })
  status!: 'active' | 'removed';

  @ApiProperty({ format: 'date-time', description: 'When the person joined.', example: EXAMPLE.joinedAt })
  joinedAt!: string;

  @ApiProperty({ format: 'date-time', description: 'When the membership last changed.', example: EXAMPLE.updatedAt })
  updatedAt!: string;
}

export class MemberPageDto {
  @ApiProperty({ type: [MemberDto] })
  items!: MemberDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Cursor of the next page; null on the last page.',
    example: null,
  })
  nextCursor!: string | null;
}

export class MemberChangeDto {
  @ApiPropertyOptional({ enum: ROLES, description: 'New role.', example: 'admin' })
  @WhenPresent()
  @IsIn(ROLES)
  role?: Role;

  @ApiPropertyOptional({ enum: ['active'], description: '`active` restores a removed member.' })
  @WhenPresent()
  @IsIn(['active'])
  status?: 'active';

  @Reason()
  reason?: string;
}

import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { ROLES, type Role } from '../../flow/index.js';
import { WhenPresent } from '../../http/when-present.decorator.js';
import { Reason } from './reason.js';

@ApiSchema({ name: 'Member' })
export class MemberDto {
  @ApiProperty({ description: 'The person’s `sub`.', example: 'auth0|66f1' })
  subject!: string;

  @ApiProperty({ enum: ROLES })
  role!: Role;

  @ApiProperty({ enum: ['active', 'removed'] })
  status!: 'active' | 'removed';

  @ApiProperty({ format: 'date-time' })
  joinedAt!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;
}

@ApiSchema({ name: 'MemberPage' })
export class MemberPageDto {
  @ApiProperty({ type: [MemberDto] })
  items!: MemberDto[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

@ApiSchema({ name: 'MemberChange' })
export class MemberChangeDto {
  @ApiPropertyOptional({ enum: ROLES })
  @WhenPresent()
  @IsIn(ROLES)
  role?: Role;

  @ApiPropertyOptional({
    enum: ['active'],
    description: 'Brings back a removed member at once; a new invitation does when they accept it.',
  })
  @WhenPresent()
  @IsIn(['active'])
  status?: 'active';

  @Reason()
  reason?: string;
}

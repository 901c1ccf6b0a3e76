import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsIn, IsString, Length } from 'class-validator';
import { ROLES, type Role } from '../../flow/index.js';
import { Reason } from './reason.js';

@ApiSchema({ name: 'Invitation' })
export class InvitationDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ enum: ROLES, description: 'Which the person gets by accepting.' })
  role!: Role;

  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;

  @ApiProperty()
  invitedBy!: string;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  expiresAt!: string;
}

@ApiSchema({ name: 'IssuedInvitation' })
export class IssuedInvitationDto extends InvitationDto {
  @ApiProperty({ description: 'Good for one person, once. Told here and never again: only its hash is kept.' })
  token!: string;
}

@ApiSchema({ name: 'InvitationPage' })
export class InvitationPageDto {
  @ApiProperty({ type: [InvitationDto] })
  items!: InvitationDto[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

@ApiSchema({ name: 'InvitationRequest' })
export class InvitationRequestDto {
  @ApiProperty({ enum: ROLES, description: 'Only owners invite owners.' })
  @IsIn(ROLES)
  role!: Role;

  @Reason()
  reason?: string;
}

@ApiSchema({ name: 'Acceptance' })
export class AcceptanceDto {
  @ApiProperty({ description: 'As it was given to the person.', minLength: 1, maxLength: 200 })
  @IsString()
  @Length(1, 200)
  token!: string;
}

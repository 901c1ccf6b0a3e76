import { ApiProperty } from '@nestjs/swagger';
import { EXAMPLE } from '../../http/open-api/example-values.js';
import { IsIn, IsString, Length } from 'class-validator';
import { ROLES, type Role } from '../../flow/index.js';
import { Reason } from './reason.js';

export class InvitationDto {
  @ApiProperty({ format: 'uuid', description: 'Id of the invitation.', example: EXAMPLE.invitationId })
  id!: string;

  @ApiProperty({ enum: ROLES, description: 'Role that the person gets by accepting.', example: 'member' })
  role!: Role;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Reason of the invitation.',
    example: 'Joins the sales team',
  })
  reason!: string | null;

  @ApiProperty({ description: '`sub` of the caller who invited.', example: EXAMPLE.owner })
  invitedBy!: string;

  @ApiProperty({ format: 'date-time', description: 'When the invitation was made.', example: EXAMPLE.joinedAt })
  createdAt!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'When the invitation expires.',
    example: '2026-03-09T08:55:00.000Z',
  })
  expiresAt!: string;
}

export class IssuedInvitationDto extends InvitationDto {
  @ApiProperty({
    description: 'One-time token for one person. It is shown only in this response; the service stores its hash.',
    example: EXAMPLE.invitationToken,
  })
  token!: string;
}

export class InvitationPageDto {
  @ApiProperty({ type: [InvitationDto] })
  items!: InvitationDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Cursor of the next page; null on the last page.',
    example: null,
  })
  nextCursor!: string | null;
}

export class InvitationRequestDto {
  @ApiProperty({ enum: ROLES, description: 'Role to grant. Only owners invite owners.', example: 'member' })
  @IsIn(ROLES)
  role!: Role;

  @Reason()
  reason?: string;
}

export class AcceptanceDto {
  @ApiProperty({
    minLength: 1,
    maxLength: 200,
    description: 'Token from the invitation.',
    example: EXAMPLE.invitationToken,
  })
  @IsString()
  @Length(1, 200)
  token!: string;
}

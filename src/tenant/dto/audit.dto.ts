import { ApiProperty } from '@nestjs/swagger';
import { EXAMPLE } from '../../http/open-api/example-values.js';
import { AUDIT_ACTIONS, type AuditAction } from '../audit-actions.js';

export class AuditEntryDto {
  @ApiProperty({ format: 'uuid', description: 'Id of the entry.', example: EXAMPLE.entryId })
  id!: string;

  @ApiProperty({ description: '`sub` of the caller.', example: EXAMPLE.owner })
  actor!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Who acted with a token of the actor (its claim `act.sub`, RFC 8693); null where the actor did.',
    example: null,
  })
  impersonator!: string | null;

  @ApiProperty({ enum: AUDIT_ACTIONS, description: 'What the caller did or tried.', example: 'role_changed' })
  action!: AuditAction;

  @ApiProperty({
    type: String,
    nullable: true,
    description: '`sub` of the person concerned; null where the entry concerns no person.',
    example: EXAMPLE.member,
  })
  subject!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Reason that the caller gave.',
    example: 'Covers for Grace',
  })
  reason!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'Further details of the action.',
    example: { from: 'member', to: 'admin', as: 'owner' },
  })
  detail!: Readonly<Record<string, unknown>>;

  @ApiProperty({ format: 'date-time', description: 'When the entry was recorded.', example: EXAMPLE.updatedAt })
  recordedAt!: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description:
      'How often it happened. Refused attempts (`tenant_probed`, `attestation_claimed`) of one actor within an hour are one ' +
      'entry; everything else is 1.',
    example: 1,
  })
  times!: number;

  @ApiProperty({ format: 'date-time', description: 'When it happened last.', example: EXAMPLE.updatedAt })
  lastAt!: string;
}

export class AuditPageDto {
  @ApiProperty({ type: [AuditEntryDto] })
  items!: AuditEntryDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Cursor of the next page; null on the last page.',
    example: null,
  })
  nextCursor!: string | null;
}

import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { AUDIT_ACTIONS, type AuditAction } from '../audit-actions.js';

@ApiSchema({ name: 'AuditEntry' })
export class AuditEntryDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ description: 'Who.' })
  actor!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Who acted with a token of the actor (its claim `act.sub`, RFC 8693); null where the actor did.',
  })
  impersonator!: string | null;

  @ApiProperty({ enum: AUDIT_ACTIONS, description: 'Did or tried what.' })
  action!: AuditAction;

  @ApiProperty({ type: String, nullable: true, description: 'To whom, where it was somebody.' })
  subject!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why, in the actor’s words.' })
  reason!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'What else belongs to the action.' })
  detail!: Readonly<Record<string, unknown>>;

  @ApiProperty({ format: 'date-time' })
  recordedAt!: string;
}

@ApiSchema({ name: 'AuditPage' })
export class AuditPageDto {
  @ApiProperty({ type: [AuditEntryDto] })
  items!: AuditEntryDto[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

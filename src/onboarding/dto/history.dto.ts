import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Effect } from '../../flow/index.js';
import type { ActorKind } from '../onboarding-history.entity.js';

@ApiSchema({ name: 'HistoryEntry' })
export class HistoryEntryDto {
  @ApiProperty({ enum: ['tenant', 'member'], description: 'Which part changed.' })
  part!: 'tenant' | 'member';

  @ApiProperty({ type: 'integer', description: 'Of that part, after the transition.' })
  revision!: number;

  @ApiProperty({ type: 'integer' })
  flowVersion!: number;

  @ApiProperty({ enum: ['start', 'save', 'complete', 'skip', 'reopen', 'attest', 'restore', 'erase'] })
  action!: string;

  @ApiProperty({ description: 'Empty where a whole part was restored.' })
  step!: string;

  @ApiProperty({
    description: 'What changed; folding all effects of a part, oldest first, gives the part.',
    type: 'array',
    items: {
      type: 'object',
      required: ['kind', 'step'],
      properties: { kind: { type: 'string' }, step: { type: 'string' } },
    },
  })
  effects!: readonly Effect[];

  @ApiProperty()
  actor!: string;

  @ApiProperty({ enum: ['member', 'admin', 'system', 'import', 'migration'] })
  actorKind!: ActorKind;

  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'By the caller’s clock.' })
  occurredAt!: string | null;

  @ApiProperty({ format: 'date-time' })
  recordedAt!: string;
}

@ApiSchema({ name: 'HistoryPage' })
export class HistoryPageDto {
  @ApiProperty({ type: [HistoryEntryDto] })
  items!: HistoryEntryDto[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

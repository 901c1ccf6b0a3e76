import { ApiProperty } from '@nestjs/swagger';
import type { Effect } from '../../flow/index.js';
import { ACTOR_KINDS, type ActorKind } from '../actor-kind.js';

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

  @ApiProperty({
    enum: ACTOR_KINDS,
    description: '`impersonated`: another user moved a step with a token of the actor.',
  })
  actorKind!: ActorKind;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Who acted with a token of the actor (its claim `act.sub`, RFC 8693); null where the actor did.',
  })
  impersonator!: string | null;

  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'By the caller’s clock.' })
  occurredAt!: string | null;

  @ApiProperty({ format: 'date-time' })
  recordedAt!: string;
}

export class HistoryPageDto {
  @ApiProperty({ type: [HistoryEntryDto] })
  items!: HistoryEntryDto[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

import { ApiExtraModels, ApiProperty } from '@nestjs/swagger';
import type { Effect } from '../../flow/index.js';
import { EXAMPLE } from '../../http/open-api/example-values.js';
import { ACTOR_KINDS, type ActorKind } from '../actor-kind.js';
import { ApiEffects, EFFECT_MODELS } from './effect.dto.js';

@ApiExtraModels(...EFFECT_MODELS)
export class HistoryEntryDto {
  @ApiProperty({ enum: ['tenant', 'member'], description: 'Part that changed.', example: 'member' })
  part!: 'tenant' | 'member';

  @ApiProperty({ type: 'integer', description: 'Revision of that part, after the transition.', example: 2 })
  revision!: number;

  @ApiProperty({ type: 'integer', description: 'Version of the flow that the transition was judged by.', example: 1 })
  flowVersion!: number;

  @ApiProperty({
    enum: ['start', 'save', 'complete', 'skip', 'reopen', 'attest', 'restore', 'erase'],
    description: 'What was asked for.',
    example: 'complete',
  })
  action!: string;

  @ApiProperty({ description: 'Key of the step; empty where a whole part was restored.', example: 'subscription' })
  step!: string;

  @ApiEffects()
  effects!: readonly Effect[];

  @ApiProperty({ description: '`sub` of the caller.', example: EXAMPLE.owner })
  actor!: string;

  @ApiProperty({
    enum: ACTOR_KINDS,
    description: '`impersonated`: another user moved a step with a token of the actor.',
    example: 'member',
  })
  actorKind!: ActorKind;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Who acted with a token of the actor (its claim `act.sub`, RFC 8693); null where the actor did.',
    example: null,
  })
  impersonator!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Reason that an admin gave.', example: null })
  reason!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the person acted, by the clock of the caller; null where the caller did not say.',
    example: EXAMPLE.completedAt,
  })
  occurredAt!: string | null;

  @ApiProperty({ format: 'date-time', description: 'When the service stored it.', example: EXAMPLE.completedAt })
  recordedAt!: string;
}

export class HistoryPageDto {
  @ApiProperty({ type: [HistoryEntryDto], description: 'Newest first.' })
  items!: HistoryEntryDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: '`cursor` of the next page; null on the last.',
    example: null,
  })
  nextCursor!: string | null;
}

import { ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import type { AttestationFact, Effect, JsonObject, JsonValue, StepRecord } from '../../flow/index.js';
import { EXAMPLE } from '../../http/open-api/example-values.js';

/*
 * The effects of src/flow as schemas, told apart by `kind`. A client that folds all effects of a part, oldest first, gets
 * the part.
 */

type Of<Kind extends Effect['kind']> = Extract<Effect, { kind: Kind }>;

const ApiKind = (kind: Effect['kind']) => ApiProperty({ enum: [kind], description: 'Tells effects apart.' });
const ApiStep = () => ApiProperty({ description: 'Key of the step.', example: 'subscription' });
const ApiAt = (description: string) => ApiProperty({ format: 'date-time', description, example: EXAMPLE.completedAt });
const ApiBy = (description: string) => ApiProperty({ description, example: EXAMPLE.owner });
const ApiBound = () =>
  ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'Values that the attestation counts for, by `step.field`.',
    example: { 'subscription.plan': 'professional' },
  });

const STATUSES = ['in_progress', 'completed', 'skipped'] as const;

export class StatusEffectDto implements Of<'status'> {
  @ApiKind('status')
  kind!: 'status';

  @ApiStep()
  step!: string;

  @ApiProperty({ enum: STATUSES, description: 'Status that the step has now.', example: 'completed' })
  status!: (typeof STATUSES)[number];

  @ApiAt('When it got that status.')
  at!: string;

  @ApiBy('`sub` of the person who moved the step.')
  by!: string;
}

export class ReopenedEffectDto implements Of<'reopened'> {
  @ApiKind('reopened')
  kind!: 'reopened';

  @ApiStep()
  step!: string;
}

export class DataEffectDto implements Of<'data'> {
  @ApiKind('data')
  kind!: 'data';

  @ApiStep()
  step!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'Fields that were merged into the data of the step; null removed a field.',
    example: { plan: 'professional' },
  })
  merge!: JsonObject;
}

export class AttestationFactDto implements AttestationFact {
  @ApiProperty({ description: 'Id of the event, by the sender.', example: 'evt_1' })
  eventId!: string;

  @ApiProperty({ enum: ['succeeded', 'failed'], description: 'What the trusted system said.', example: 'succeeded' })
  outcome!: 'succeeded' | 'failed';

  @ApiBound()
  bound!: Readonly<Record<string, JsonValue>>;

  @ApiPropertyOptional({ description: 'Message for the person.' })
  message?: string;

  @ApiAt('When it happened, by the clock of the sender.')
  occurredAt!: string;

  @ApiAt('When the service received it.')
  at!: string;

  @ApiProperty({ description: 'The sender: `sub` of its access token.', example: 'payments@clients' })
  by!: string;
}

export class AttestedEffectDto implements Of<'attested'> {
  @ApiKind('attested')
  kind!: 'attested';

  @ApiStep()
  step!: string;

  @ApiProperty({ type: AttestationFactDto, description: 'The attestation that was received.' })
  fact!: AttestationFact;
}

export class BoundEffectDto implements Of<'bound'> {
  @ApiKind('bound')
  kind!: 'bound';

  @ApiStep()
  step!: string;

  @ApiProperty({ description: 'Event whose attestation counts for these values from now on.', example: 'evt_1' })
  eventId!: string;

  @ApiBound()
  bound!: Readonly<Record<string, JsonValue>>;
}

export class StepRecordDto implements StepRecord {
  @ApiPropertyOptional({ enum: STATUSES, description: 'Absent while the step is pending.' })
  status?: (typeof STATUSES)[number];

  @ApiPropertyOptional({ format: 'date-time', description: 'When it got that status.' })
  at?: string;

  @ApiPropertyOptional({ description: '`sub` of the person who moved the step.' })
  by?: string;

  @ApiPropertyOptional({ type: [AttestationFactDto], description: 'Attestations of the step that are kept.' })
  attestations?: AttestationFact[];
}

export class RestoredEffectDto implements Of<'restored'> {
  @ApiKind('restored')
  kind!: 'restored';

  @ApiStep()
  step!: string;

  @ApiProperty({
    type: StepRecordDto,
    nullable: true,
    description: 'The whole record of the step from now on; null removes it.',
    example: null,
  })
  record!: StepRecord | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'The whole data of the step from now on; null removes it.',
    example: null,
  })
  data!: JsonObject | null;
}

const EFFECTS = {
  status: StatusEffectDto,
  reopened: ReopenedEffectDto,
  data: DataEffectDto,
  attested: AttestedEffectDto,
  bound: BoundEffectDto,
  restored: RestoredEffectDto,
} satisfies Record<Effect['kind'], unknown>;

/** Classes of the schemas that {@link ApiEffects} refers to. */
export const EFFECT_MODELS = Object.values(EFFECTS);

/** A list of effects. The class needs `ApiExtraModels(...EFFECT_MODELS)`. */
export const ApiEffects = (): PropertyDecorator =>
  ApiProperty({
    description: 'What changed. Folding all effects of a part, oldest first, gives the part.',
    type: 'array',
    items: {
      oneOf: Object.values(EFFECTS).map((effect) => ({ $ref: getSchemaPath(effect) })),
      discriminator: {
        propertyName: 'kind',
        mapping: Object.fromEntries(Object.entries(EFFECTS).map(([kind, effect]) => [kind, getSchemaPath(effect)])),
      },
    },
  });

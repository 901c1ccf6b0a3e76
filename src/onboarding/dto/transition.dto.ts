import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsIn, IsObject, IsString, Length, ValidateBy } from 'class-validator';
import { ACTIONS, takesData, type Action, type JsonObject } from '../../flow/index.js';
import { WhenPresent } from '../../http/when-present.decorator.js';
import { IsTime } from '../../http/is-time.decorator.js';

/** A command on one step. */
@ApiSchema({ name: 'Transition' })
export class TransitionDto {
  @ApiProperty({
    description: 'Key of the step; case and `-` are normalised.',
    example: 'business_info',
    maxLength: 100,
  })
  @IsString()
  @Length(1, 100)
  step!: string;

  @ApiProperty({ enum: ACTIONS })
  @IsIn(ACTIONS)
  action!: Action;

  @ApiPropertyOptional({
    description: 'With `save` and `complete`: fields to merge into the step’s data; null removes a field.',
    type: 'object',
    additionalProperties: true,
    example: { businessName: 'Acme' },
  })
  @WhenPresent()
  @IsObject()
  @BelongsToAction()
  data?: JsonObject;

  @ApiPropertyOptional({
    description: 'When the person did it, by their clock. Kept in the history, never used for ordering.',
    format: 'date-time',
  })
  @WhenPresent()
  @IsTime()
  occurredAt?: string;
}

/** An action that there is none of is told of by itself. */
function BelongsToAction(): PropertyDecorator {
  const actionOf = (transition: unknown): Action => (transition as TransitionDto).action;
  return ValidateBy({
    name: 'belongsToAction',
    validator: {
      validate: (_data, at) => takesData(actionOf(at?.object)) || !ACTIONS.includes(actionOf(at?.object)),
      defaultMessage: (at) => `is taken by save and complete, and not by ${actionOf(at?.object)}`,
    },
  });
}

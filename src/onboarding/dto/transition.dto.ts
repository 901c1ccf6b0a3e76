import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { EXAMPLE } from '../../http/open-api/example-values.js';
import { IsIn, IsObject, IsString, Length, ValidateBy } from 'class-validator';
import { ACTIONS, takesData, type Action, type JsonObject } from '../../flow/index.js';
import { WhenPresent } from '../../http/when-present.decorator.js';
import { IsTime } from '../../http/is-time.decorator.js';

/** A command on one step. */
export class TransitionDto {
  @ApiProperty({
    example: 'business_info',
    maxLength: 100,
    description: 'Key of the step. Case and `-` are normalised.',
  })
  @IsString()
  @Length(1, 100)
  step!: string;

  @ApiProperty({ enum: ACTIONS, description: 'Action on the step.', example: 'complete' })
  @IsIn(ACTIONS)
  action!: Action;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { businessName: 'Acme' },
    description: 'With `save` and `complete`: fields to merge into the step’s data. A null removes a field.',
  })
  @WhenPresent()
  @IsObject()
  @BelongsToAction()
  data?: JsonObject;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'When the person acted, by their clock. Stored in the history and never used for ordering.',
    example: EXAMPLE.completedAt,
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

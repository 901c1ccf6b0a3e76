import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsIn, IsObject, IsString, Length } from 'class-validator';
import { ACTIONS, type Action, type JsonObject } from '../../flow/index.js';
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
  data?: JsonObject;

  @ApiPropertyOptional({
    description: 'When the person did it, by their clock. Kept in the history, never used for ordering.',
    format: 'date-time',
  })
  @WhenPresent()
  @IsTime()
  occurredAt?: string;
}

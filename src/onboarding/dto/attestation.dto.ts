import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsIn, IsObject, IsString, Length, Matches } from 'class-validator';
import type { JsonObject } from '../../flow/index.js';
import { WhenPresent } from '../../http/when-present.decorator.js';
import { IsTime } from '../../http/is-time.decorator.js';

/** A trusted system's word on a step. */
@ApiSchema({ name: 'Attestation' })
export class AttestationDto {
  @ApiProperty({ description: 'Key of an attested step.', example: 'payment', maxLength: 100 })
  @IsString()
  @Length(1, 100)
  step!: string;

  @ApiProperty({ description: 'The sender’s id of the event; the same id again changes nothing.', maxLength: 200 })
  @Matches(/^[\x21-\x7e]{1,200}$/, { message: 'eventId must be 1 to 200 printable ASCII characters without spaces' })
  eventId!: string;

  @ApiProperty({ enum: ['succeeded', 'failed'] })
  @IsIn(['succeeded', 'failed'])
  outcome!: 'succeeded' | 'failed';

  @ApiPropertyOptional({ description: 'With steps of the scope `member`: whose step it is.', maxLength: 255 })
  @WhenPresent()
  @IsString()
  @Length(1, 255)
  subject?: string;

  @ApiProperty({
    description: 'When it happened, by the sender’s clock. Shown, and never used for ordering.',
    format: 'date-time',
  })
  @IsTime()
  occurredAt!: string;

  @ApiPropertyOptional({ description: 'What to tell the person, above all of a failure.', maxLength: 500 })
  @WhenPresent()
  @IsString()
  @Length(1, 500)
  message?: string;

  @ApiPropertyOptional({
    description:
      'Values of the fields that the step binds, by field name: the event counts for these only. A field that is left out is bound to the value that is chosen (first).',
    type: 'object',
    additionalProperties: true,
    example: { plan: 'professional', billingCycle: 'monthly' },
  })
  @WhenPresent()
  @IsObject()
  data?: JsonObject;
}

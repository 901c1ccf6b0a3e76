import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { EXAMPLE } from '../../http/open-api/example-values.js';
import { IsIn, IsObject, IsString, Length, Matches } from 'class-validator';
import type { JsonObject } from '../../flow/index.js';
import { WhenPresent } from '../../http/when-present.decorator.js';
import { IsTime } from '../../http/is-time.decorator.js';

const EVENT_ID = /^[\x21-\x7e]{1,200}$/;
const EVENT_ID_FORM = 'must be 1 to 200 printable ASCII characters without spaces';

/** A trusted system's word on a step. */
export class AttestationDto {
  @ApiProperty({ example: 'payment', maxLength: 100, description: 'Key of an attested step.' })
  @IsString()
  @Length(1, 100)
  step!: string;

  @ApiProperty({
    maxLength: 200,
    description: 'Id that the sender gave to the event. Sending the same id again changes nothing.',
    example: 'evt_1P7QkD2eZvKYlo2C',
  })
  @Matches(EVENT_ID, { message: `eventId ${EVENT_ID_FORM}` })
  eventId!: string;

  @ApiProperty({
    enum: ['succeeded', 'failed', 'revoked'],
    description:
      'What happened. `revoked` takes back the success named by `revokes` and no other, such as a payment that was refunded; ' +
      'it may arrive before that success.',
    example: 'succeeded',
  })
  @IsIn(['succeeded', 'failed', 'revoked'])
  outcome!: 'succeeded' | 'failed' | 'revoked';

  @ApiPropertyOptional({
    maxLength: 200,
    description: 'Required with `revoked`, and only allowed there: `eventId` of the success that is taken back.',
  })
  @WhenPresent()
  @Matches(EVENT_ID, { message: `revokes ${EVENT_ID_FORM}` })
  revokes?: string;

  @ApiPropertyOptional({ maxLength: 255, description: 'Only for a member step: `sub` of the member.' })
  @WhenPresent()
  @IsString()
  @Length(1, 255)
  subject?: string;

  @ApiProperty({
    description: 'When it happened, by the sender’s clock. Shown, and never used for ordering.',
    format: 'date-time',
    example: EXAMPLE.completedAt,
  })
  @IsTime()
  occurredAt!: string;

  @ApiPropertyOptional({
    maxLength: 500,
    description: 'Message for the person, above all about a failure.',
    example: 'Paid by card.',
  })
  @WhenPresent()
  @IsString()
  @Length(1, 500)
  message?: string;

  @ApiPropertyOptional({
    description:
      'Values of the fields that the step binds, by field name: the event counts for these only. An omitted field is bound to the value that is chosen first.',
    type: 'object',
    additionalProperties: true,
    example: { plan: 'professional', billingCycle: 'monthly' },
  })
  @WhenPresent()
  @IsObject()
  data?: JsonObject;
}

import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiQuery } from '@nestjs/swagger';
import { IsString, Length, Matches } from 'class-validator';
import { invalidRequest } from '../../http/problem.js';
import { WhenPresent } from '../../http/when-present.decorator.js';

const MAXIMUM_LENGTH = 500;
const DESCRIPTION = 'Reason, for the audit log.';

/** The optional field `reason` of a body. */
export const Reason = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ description: DESCRIPTION, minLength: 1, maxLength: MAXIMUM_LENGTH }),
    WhenPresent(),
    IsString(),
    Length(1, MAXIMUM_LENGTH),
  );

/** The field `reason` of a body where somebody acts on another person's behalf: it must say something. */
export const RequiredReason = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      description: 'Reason, for the history and the audit log.',
      minLength: 1,
      maxLength: MAXIMUM_LENGTH,
      pattern: '\\S',
      example: 'Told us on the phone',
    }),
    IsString(),
    Length(1, MAXIMUM_LENGTH),
    Matches(/\S/, { message: 'reason must not be blank' }),
  );

/** The optional parameter `reason` of a DELETE, which has no body. */
export const ApiReason = (): MethodDecorator =>
  ApiQuery({
    name: 'reason',
    required: false,
    description: DESCRIPTION,
    schema: { type: 'string', minLength: 1, maxLength: MAXIMUM_LENGTH, example: 'Left the company' },
  });

const TEXT = new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${MAXIMUM_LENGTH}}$`, 'u');

/** Throws `invalid_request` when it is there and is no text that may be stored. */
export function parseReason(text: string | undefined): string | undefined {
  if (text === undefined || (typeof text === 'string' && TEXT.test(text))) return text;
  const message = `expected 1 to ${MAXIMUM_LENGTH} characters without control characters`;
  throw invalidRequest([{ path: 'reason', message }]);
}

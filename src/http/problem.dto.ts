import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { PROBLEMS, type ProblemCode } from './problem.js';

@ApiSchema({ name: 'FieldError' })
export class FieldErrorDto {
  @ApiProperty({ description: 'JSON Pointer into the body, or the name of a header or parameter.' })
  path!: string;

  @ApiProperty()
  message!: string;
}

/** RFC 9457. */
@ApiSchema({ name: 'Problem' })
export class ProblemDto {
  @ApiProperty({ example: 'urn:foothold:problem:unauthenticated' })
  type!: string;

  @ApiProperty()
  title!: string;

  @ApiProperty({ type: 'integer' })
  status!: number;

  @ApiProperty({ enum: Object.keys(PROBLEMS) })
  code!: ProblemCode;

  @ApiProperty({ description: 'What was wrong, and what to do.' })
  detail!: string;

  @ApiProperty({ description: 'Path of the request.' })
  instance!: string;

  @ApiProperty()
  requestId!: string;

  @ApiPropertyOptional({ type: [FieldErrorDto], description: 'With `invalid_request`.' })
  errors?: FieldErrorDto[];

  @ApiPropertyOptional({ description: 'With `transition_rejected`.' })
  reason?: string;

  @ApiPropertyOptional({ type: [String], description: 'With the reason `step_blocked`: the steps to do first.' })
  missing?: string[];

  @ApiPropertyOptional({
    allOf: [{ $ref: '#/components/schemas/OnboardingView' }],
    description: 'With `transition_rejected` and `revision_mismatch`: the current view.',
  })
  current?: Record<string, unknown>;

  @ApiPropertyOptional({
    type: 'array',
    items: { $ref: '#/components/schemas/AllowedTransition' },
    description: 'With `transition_rejected`.',
  })
  allowed?: object[];

  @ApiPropertyOptional({
    type: 'array',
    items: { $ref: '#/components/schemas/TenantSummary' },
    description:
      'With `tenant_required`: the tenants that can be named. With `tenant_closed` from `/v1/me`: all tenants of the person.',
  })
  tenants?: object[];
}

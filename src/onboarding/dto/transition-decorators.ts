import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiParam } from '@nestjs/swagger';
import { EXAMPLE } from '../../http/open-api/example-values.js';
import type { ProblemCode } from '../../http/problem.js';
import { IDEMPOTENCY_KEY } from '../transition-request.js';
import { TransitionResultDto } from './onboarding-view.dto.js';

export const VIEW_ETAG = {
  ETag: { description: 'Revision, and what else the view depends on', schema: { type: 'string' as const } },
};

const REPLAYED = {
  'Idempotency-Replayed': {
    description:
      'Present when the Idempotency-Key was used before: this is the outcome of that time, with the view of now',
    schema: { type: 'string' as const, enum: ['true'] },
  },
};

/** @param example key of a flow that the operation can be tried with */
export const ApiFlow = (example = 'workspace'): MethodDecorator & ClassDecorator =>
  ApiParam({ name: 'flow', description: 'Key of the flow.', example });

/** How a transition can be refused, whoever makes it. */
export const TRANSITION_PROBLEMS = [
  'unknown_flow',
  'transition_rejected',
  'revision_mismatch',
  'payload_too_large',
  'unsupported_media_type',
  'idempotency_key_reused',
] as const satisfies readonly ProblemCode[];

/** The headers and the answer of a transition, whoever makes it. */
export const ApiTransition = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'The same key and body again gives the same outcome and applies nothing twice, for at least 30 days. ' +
        '8 to 255 visible ASCII characters, bare or in double quotes.',
      example: EXAMPLE.idempotencyKey,
      schema: { type: 'string', pattern: IDEMPOTENCY_KEY },
    }),
    ApiHeader({
      name: 'If-Match',
      required: false,
      description:
        'ETag or bare revision of the view that the caller has. If the revision is no longer current, the transition is ' +
        'refused with 412.',
      example: '"2"',
      schema: { type: 'string' },
    }),
    ApiOkResponse({ type: TransitionResultDto, headers: { ...VIEW_ETAG, ...REPLAYED } }),
  );

import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiResponse, type ApiResponseOptions } from '@nestjs/swagger';
import { problemContent, problemLine, problemStatus, type ProblemForm } from './open-api/problem-schemas.js';
import { EXAMPLE } from './open-api/example-values.js';
import type { ProblemCode } from './problem.js';

/** Requests that are refused before they are routed. */
const EVERYWHERE: readonly ProblemCode[] = ['bad_request', 'request_timeout', 'headers_too_large'];

/**
 * Every guarded route can answer these: an empty or overlong path parameter, a caller without access, an unknown query
 * parameter.
 */
const BEHIND_THE_GUARD: readonly ProblemCode[] = [
  'not_found',
  'unauthenticated',
  'forbidden',
  'invalid_request',
  'rate_limited',
  'keys_unavailable',
];
/** Every route that needs the database answers these, too. */
const NEEDS_THE_DATABASE: readonly ProblemCode[] = ['internal_error', 'not_ready', 'overloaded', 'status_unknown'];

/** How a request about a person's own tenant can be refused, whatever it does there. */
export const TENANT_PROBLEMS = [
  'membership_removed',
  'organization_unknown',
  'tenant_closed',
  'tenant_not_found',
  'tenant_required',
  'reconciliation_required',
  'person_erased',
  'invalid_request',
] as const satisfies readonly ProblemCode[];

/** Documents the problems that a guarded route answers, one response for each status. */
export const ApiProblems = (...forms: readonly ProblemForm[]): MethodDecorator & ClassDecorator =>
  ApiPublicProblems(...forms, ...ofFlows(forms), ...BEHIND_THE_GUARD, ...NEEDS_THE_DATABASE);

/** A flow that may be unknown may also be one that only another build has, or be at a version of another build. */
const ofFlows = (forms: readonly ProblemForm[]): readonly ProblemForm[] =>
  forms.includes('unknown_flow') ? ['flow_version_unavailable'] : [];

/** Documents the problems that a route without a guard answers. */
export function ApiPublicProblems(...forms: readonly ProblemForm[]): MethodDecorator & ClassDecorator {
  const answered = [...new Set([...forms, ...EVERYWHERE])];
  const statuses = [...new Set(answered.map((form) => problemStatus(form)))].toSorted();
  return applyDecorators(
    ...statuses.map((status) =>
      responseOf(
        status,
        answered.filter((form) => problemStatus(form) === status),
      ),
    ),
  );
}

const responseOf = (status: number, forms: readonly ProblemForm[]): MethodDecorator & ClassDecorator =>
  ApiResponse({
    status,
    description: forms.map((form) => problemLine(form)).join(' '),
    content: problemContent(forms),
    headers: HEADERS[status] ?? {},
  });

const RETRY_AFTER = {
  'Retry-After': {
    description: 'Seconds to wait before the next attempt.',
    schema: { type: 'integer' as const },
    example: 5,
  },
};
const HEADERS: Readonly<Record<number, ApiResponseOptions['headers']>> = {
  401: {
    'WWW-Authenticate': {
      description: 'The challenge of RFC 6750.',
      schema: { type: 'string' as const },
      example: 'Bearer realm="foothold"',
    },
  },
  429: RETRY_AFTER,
  503: RETRY_AFTER,
};

export const ApiAuthenticated = (): ClassDecorator & MethodDecorator => ApiBearerAuth('auth0');

export const ApiTenantHeader = (): MethodDecorator =>
  ApiHeader({
    name: 'X-Tenant-Id',
    required: false,
    description: 'Id of the tenant that the request is about; required only of callers who belong to several.',
    example: EXAMPLE.tenantId,
    schema: { type: 'string', format: 'uuid' },
  });

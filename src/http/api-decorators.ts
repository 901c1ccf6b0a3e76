import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiHeader, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ProblemDto } from './problem.dto.js';
import { PROBLEMS, type ProblemCode } from './problem.js';

/** Every guarded route can answer these: a malformed address, a caller without access, an unknown query parameter. */
const BEHIND_THE_GUARD: readonly ProblemCode[] = [
  'bad_request',
  'unauthenticated',
  'forbidden',
  'request_timeout',
  'invalid_request',
  'rate_limited',
  'headers_too_large',
  'keys_unavailable',
];
/** … and every route that needs the database, like this. */
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

/** Documents the problems that a guarded route answers, one response for each status, with their codes. */
export const ApiProblems = (...codes: readonly ProblemCode[]): MethodDecorator & ClassDecorator =>
  ApiProblemResponse(...codes, ...ofFlows(codes), ...BEHIND_THE_GUARD, ...NEEDS_THE_DATABASE);

/** A flow that may be unknown may also be one that only another build has, or be at a version of another build. */
const ofFlows = (codes: readonly ProblemCode[]): readonly ProblemCode[] =>
  codes.includes('unknown_flow') ? ['flow_version_unavailable'] : [];

/** Documents exactly these problems. */
export function ApiProblemResponse(...codes: readonly ProblemCode[]): MethodDecorator & ClassDecorator {
  const statuses = [...new Set(codes.map((code) => PROBLEMS[code].status))].toSorted();
  return applyDecorators(ApiExtraModels(ProblemDto), ...statuses.map((status) => responseOf(status, codes)));
}

function responseOf(status: number, codes: readonly ProblemCode[]): MethodDecorator & ClassDecorator {
  const answered = [...new Set(codes)].filter((code) => PROBLEMS[code].status === status);
  return ApiResponse({
    status,
    description: answered.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
    content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } },
    headers: status === 429 || status === 503 ? { 'Retry-After': RETRY_AFTER } : {},
  });
}

const RETRY_AFTER = { description: 'Seconds to wait', schema: { type: 'integer' as const } };

export const ApiAuthenticated = (): ClassDecorator & MethodDecorator => ApiBearerAuth('auth0');

export const ApiTenantHeader = (): MethodDecorator =>
  ApiHeader({
    name: 'X-Tenant-Id',
    required: false,
    description: 'Which of the caller’s tenants is meant; needed only by people who belong to several.',
    schema: { type: 'string', format: 'uuid' },
  });

import type { ProblemCode } from '../../http/problem.js';

/** How a request about a tenant that one administers can be refused, whatever it is about. */
export const ADMIN_PROBLEMS = [
  'bad_request',
  'tenant_closed',
  'tenant_not_found',
  'person_erased',
  'invalid_request',
] as const satisfies readonly ProblemCode[];

/** … and one that changes something. */
export const ADMIN_CHANGE_PROBLEMS = [
  ...ADMIN_PROBLEMS,
  'tenant_status_conflict',
] as const satisfies readonly ProblemCode[];

/** … and one with a body; the body of a DELETE is never read. */
export const BODY_PROBLEMS = [
  'bad_request',
  'payload_too_large',
  'unsupported_media_type',
  'invalid_request',
] as const satisfies readonly ProblemCode[];

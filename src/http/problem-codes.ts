interface Sentence {
  readonly status: number;
  readonly title: string;
}

/** Answered with `detail`, unless the code that throws it knows more. */
interface WithDetail extends Sentence {
  readonly detail: string;
}

/** Answered with a sentence that contains values of the request; `example` is one such sentence. */
interface WithExample extends Sentence {
  readonly example: string;
}

/**
 * Every problem that a caller can receive: code → HTTP status, title and detail (RFC 9457). The code is the contract;
 * `type` is `urn:foothold:problem:<code>`. The OpenAPI document shows the detail, or the example. Further members of a
 * problem are declared in problem-schemas.ts.
 */
export const PROBLEMS = {
  bad_request: {
    status: 400,
    title: 'The request could not be read',
    detail: 'The request could not be read. Send a well-formed URL and, if there is a body, well-formed JSON.',
  },
  unauthenticated: {
    status: 401,
    title: 'A valid access token is required',
    detail: 'The access token is missing. Send it as "Authorization: Bearer <token>".',
  },
  forbidden: {
    status: 403,
    title: 'The caller lacks a permission or role',
    detail: 'Only owners and admins of the tenant may do this; ask one of them.',
  },
  membership_removed: {
    status: 403,
    title: 'The user was removed from the tenant',
    detail: 'This user was removed from the tenant. Ask an owner or admin of the tenant for a new invitation.',
  },
  organization_unknown: {
    status: 403,
    title: 'No tenant is connected to this organisation',
    detail:
      'No tenant is connected to the organisation of this login. Ask the operator of the service to connect it, or log in ' +
      'without an organisation.',
  },
  tenant_closed: {
    status: 403,
    title: 'The tenant is closed',
    detail: 'The tenant is closed. An owner can reopen it until its grace period ends.',
  },
  not_found: {
    status: 404,
    title: 'No route matches',
    detail: 'No route matches this method and path; see /docs.',
  },
  tenant_not_found: {
    status: 404,
    title: 'The tenant does not exist for this caller',
    detail: 'The tenant does not exist, or the caller is not a member of it. Check the id of the tenant.',
  },
  member_not_found: {
    status: 404,
    title: 'The tenant has no such member',
    detail:
      'The tenant has no member with this subject. To bring a removed member back, set the status "active" or send a new ' +
      'invitation.',
  },
  invitation_not_found: {
    status: 404,
    title: 'The invitation does not exist',
    detail: 'The invitation does not exist. Check its id or token, or ask for a new one.',
  },
  case_not_found: {
    status: 404,
    title: 'The tenant has no such case',
    detail: 'The tenant has no case with this id. List its cases to find the id.',
  },
  job_not_found: {
    status: 404,
    title: 'The job does not exist',
    detail: 'No job with this id exists at this path. Check the path and the id.',
  },
  unknown_flow: {
    status: 404,
    title: 'The flow does not exist',
    example: 'The flow "tour" does not exist. Flows: workspace, member_tour.',
  },
  request_timeout: {
    status: 408,
    title: 'The request did not arrive in time',
    detail: 'The request did not arrive in time; send it again.',
  },
  reconciliation_required: {
    status: 409,
    title: 'An operator must decide which record is right',
    detail:
      'Auth0 has onboarding progress of this user that is missing from the database. An operator must decide which record ' +
      'is right; see the cases of the tenant.',
  },
  case_resolved: {
    status: 409,
    title: 'The case is already resolved',
    example: 'The case is already resolved (started_over) and cannot be changed.',
  },
  case_unreadable: {
    status: 409,
    title: 'The mirror of the case cannot be verified',
    detail:
      'The mirror was sealed with a key that is not configured. Add that key to the settings, or resolve the case with ' +
      '"start_over".',
  },
  job_not_undoable: {
    status: 409,
    title: 'The job cannot be undone',
    example: 'The job cannot be undone. It was a dry run and changed nothing.',
  },
  tenant_required: {
    status: 409,
    title: 'The request must name a tenant',
    detail: 'The user belongs to several tenants. Name one of them in the X-Tenant-Id header.',
  },
  transition_rejected: {
    status: 409,
    title: 'The flow does not allow this transition',
    example: '"subscription" is blocked. Complete these steps first: business_info.',
  },
  last_owner: {
    status: 409,
    title: 'The tenant would be left without an owner',
    detail: 'This member is the only owner of the tenant. Make another member an owner first.',
  },
  already_member: {
    status: 409,
    title: 'The user is already a member',
    detail: 'The user is already a member of this tenant. The invitation remains valid for another user.',
  },
  invitation_used: {
    status: 409,
    title: 'The invitation was already accepted',
    detail: 'Another user has already accepted this invitation; ask for a new one.',
  },
  organization_taken: {
    status: 409,
    title: 'The organisation belongs to another tenant',
    example: 'The organisation org_9ybsU1dN2dKfDkBi is connected to another tenant; disconnect it there first.',
  },
  tenant_status_conflict: {
    status: 409,
    title: 'The status of the tenant does not allow this',
    detail: 'The tenant is archived and cannot be changed any more.',
  },
  invitation_expired: {
    status: 410,
    title: 'The invitation has expired',
    example: 'This invitation expired at 2026-03-09T09:00:00.000Z; ask for a new one.',
  },
  person_erased: {
    status: 410,
    title: 'The data of this user was erased',
    detail:
      'The data of this user was erased after the access token was issued or the action happened. Delete the data that ' +
      'this device stores, and sign in again.',
  },
  invitation_revoked: {
    status: 410,
    title: 'The invitation was revoked',
    detail: 'This invitation was revoked; ask for a new one.',
  },
  revision_mismatch: {
    status: 412,
    title: 'The progress has changed',
    example:
      'If-Match does not match the current revision 12. Check the current progress before you send the request again.',
  },
  payload_too_large: {
    status: 413,
    title: 'The body is too large',
    detail: 'The body is too large. Bodies have at most 16 kB, and that of a bulk job 128 kB; send less.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The content type is not supported',
    detail: 'The content type of the body is not supported; send application/json.',
  },
  invalid_request: {
    status: 422,
    title: 'The request is not valid',
    example: '/reason: reason must not be blank',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'The idempotency key belongs to another request',
    detail: 'This Idempotency-Key was already used for a different request; generate a new one.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    example: 'The caller sends too many requests; try again in 1 s.',
  },
  headers_too_large: {
    status: 431,
    title: 'The headers are too large',
    detail:
      'The URL and the headers are larger than 16 kB in total. Remove claims from the access token, or send fewer cookies.',
  },
  internal_error: {
    status: 500,
    title: 'The service failed',
    detail: 'The service failed unexpectedly. Send the requestId to its operator, who finds the cause in the log.',
  },
  flow_version_unavailable: {
    status: 503,
    title: 'This process cannot serve the flow version',
    example:
      'This process cannot serve version 2 of the flow workspace: neither this release nor the database has it. Nothing ' +
      'was lost; try again with the same Idempotency-Key.',
  },
  keys_unavailable: {
    status: 503,
    title: 'The signing keys are unavailable',
    example: 'The signing keys of https://acme.eu.auth0.com/ are unavailable; try again later.',
  },
  not_ready: {
    status: 503,
    title: 'The service is not ready',
    example: 'The service is not ready. The database cannot be reached.',
  },
  overloaded: {
    status: 503,
    title: 'The service is overloaded',
    detail: 'The service is overloaded; try again later.',
  },
  status_unknown: {
    status: 503,
    title: 'The status is unknown while the database is unavailable',
    detail: 'The database is unavailable. Nothing was lost; try again with the same Idempotency-Key.',
  },
} as const satisfies Record<string, WithDetail | WithExample>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Codes with a detail in the table; of every other code, the code that throws it has to give one. */
export type DescribedProblemCode = {
  [Code in ProblemCode]: (typeof PROBLEMS)[Code] extends WithDetail ? Code : never;
}[ProblemCode];

/** The detail of the table, or an example of it. */
export function exampleDetail(code: ProblemCode): string {
  const problem: WithDetail | WithExample = PROBLEMS[code];
  return 'detail' in problem ? problem.detail : problem.example;
}

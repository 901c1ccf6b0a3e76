/**
 * Every problem that a caller may get, as data: code → HTTP status, title (RFC 9457), and an example of its `detail` for
 * the OpenAPI document. The code is the contract; `type` is `urn:foothold:problem:<code>`. Further members of a problem
 * are declared in problem-schemas.ts.
 */
export const PROBLEMS = {
  bad_request: {
    status: 400,
    title: 'The request could not be read',
    example: 'The request could not be read: send a well-formed address, and a body of well-formed JSON.',
  },
  unauthenticated: {
    status: 401,
    title: 'A valid access token is needed',
    example: 'No access token was sent; send one as "Authorization: Bearer <token>".',
  },
  forbidden: {
    status: 403,
    title: 'The caller lacks a permission or role',
    example: 'This is for owners and admins of the tenant; ask one of them.',
  },
  membership_removed: {
    status: 403,
    title: 'The person was removed from the tenant',
    example: 'This person was removed from the tenant. Ask one of its owners or admins for a new invitation.',
  },
  organization_unknown: {
    status: 403,
    title: 'No tenant is connected to this organisation',
    example:
      'No tenant belongs to the organisation of this login. Ask the tenant to connect it, or log in without one.',
  },
  tenant_closed: {
    status: 403,
    title: 'The tenant is closed',
    example: 'The tenant is closed. An owner can open it again within its grace period.',
  },
  not_found: {
    status: 404,
    title: 'No route matches',
    example: 'No route matches this method and path; /docs lists the routes.',
  },
  tenant_not_found: {
    status: 404,
    title: 'The tenant does not exist for this caller',
    example: 'The tenant does not exist, or this caller does not belong to it.',
  },
  member_not_found: {
    status: 404,
    title: 'The tenant has no such member',
    example: 'There is no such member. The status "active" brings a removed member back, and so does a new invitation.',
  },
  invitation_not_found: {
    status: 404,
    title: 'The invitation does not exist',
    example: 'There is no such invitation; ask for a new one.',
  },
  case_not_found: {
    status: 404,
    title: 'The tenant has no such case',
    example: 'The tenant has no such case.',
  },
  job_not_found: {
    status: 404,
    title: 'The job does not exist',
    example: 'The tenant has no such job in this flow.',
  },
  unknown_flow: {
    status: 404,
    title: 'The flow does not exist',
    example: 'There is no flow "tour". The flows are: workspace, member_tour.',
  },
  request_timeout: {
    status: 408,
    title: 'The request did not arrive in time',
    example: 'The request did not arrive in time; send it again.',
  },
  reconciliation_required: {
    status: 409,
    title: 'An operator must decide which record is right',
    example:
      'This person was onboarded before, and the database does not know of it. An operator must decide: see the cases of the tenant.',
  },
  case_resolved: {
    status: 409,
    title: 'The case was decided already',
    example: 'The case is restored already.',
  },
  case_unreadable: {
    status: 409,
    title: 'The mirror of the case cannot be verified',
    example: 'The mirror was sealed with a key that is not configured.',
  },
  job_not_undoable: {
    status: 409,
    title: 'The job cannot be undone',
    example: 'The job cannot be taken back. It was a dry run and changed nothing.',
  },
  tenant_required: {
    status: 409,
    title: 'The request must name a tenant',
    example: 'This person belongs to several tenants: name one in the header X-Tenant-Id.',
  },
  transition_rejected: {
    status: 409,
    title: 'The flow does not allow this transition',
    example: '"payment" waits for: subscription.',
  },
  last_owner: {
    status: 409,
    title: 'The tenant would be left without an owner',
    example: 'This is the only owner of the tenant; make another member an owner first.',
  },
  already_member: {
    status: 409,
    title: 'The person is a member already',
    example: 'This person is a member already; the invitation stays open for another.',
  },
  invitation_used: {
    status: 409,
    title: 'The invitation was accepted by another person',
    example: 'Another person has accepted this invitation; ask for a new one.',
  },
  organization_taken: {
    status: 409,
    title: 'The organisation belongs to another tenant',
    example: 'The organisation org_9ybsU1dN2dKfDkBi is connected to another tenant; disconnect it there first.',
  },
  tenant_status_conflict: {
    status: 409,
    title: 'The status of the tenant does not allow this',
    example: 'The tenant is archived, and nothing about it changes any more.',
  },
  invitation_expired: {
    status: 410,
    title: 'The invitation has expired',
    example: 'This invitation expired at 2026-03-09T09:00:00.000Z; ask for a new one.',
  },
  person_erased: {
    status: 410,
    title: 'The data of this person was erased',
    example:
      'The data of this person was erased, and this is from before. Forget what this device keeps of them, and sign in again.',
  },
  invitation_revoked: {
    status: 410,
    title: 'The invitation was revoked',
    example: 'This invitation was revoked; ask for a new one.',
  },
  revision_mismatch: {
    status: 412,
    title: 'The progress has moved on',
    example: 'The progress is at revision 12; look at it and decide again.',
  },
  payload_too_large: {
    status: 413,
    title: 'The body is too large',
    example: 'The body may be 128 kB.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The content type is not supported',
    example: 'Send the body as application/json.',
  },
  invalid_request: {
    status: 422,
    title: 'The request is not valid',
    example: '/reason: reason must not be blank',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'The idempotency key belongs to another request',
    example: 'This Idempotency-Key was used for another request; make a new one.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    example: 'This caller sends too many requests; wait 1 s.',
  },
  headers_too_large: {
    status: 431,
    title: 'The headers are too large',
    example:
      'The address and the headers may have 16 kB in all. Usually the access token is too large, and claims have to be removed from it.',
  },
  internal_error: {
    status: 500,
    title: 'Something went wrong on our side',
    example: 'This is our fault and was logged under the requestId.',
  },
  flow_version_unavailable: {
    status: 503,
    title: 'This process cannot serve the flow version',
    example:
      'The flow workspace belongs to another release than this process has. Nothing was lost; try again with the same ' +
      'Idempotency-Key.',
  },
  keys_unavailable: {
    status: 503,
    title: 'The signing keys are unavailable',
    example: 'The signing keys of https://acme.eu.auth0.com/ cannot be had now.',
  },
  not_ready: {
    status: 503,
    title: 'The service is not ready',
    example: 'The service cannot serve yet: the database was not reached.',
  },
  overloaded: {
    status: 503,
    title: 'The service is overloaded',
    example: 'Too much is going on at once; try again.',
  },
  status_unknown: {
    status: 503,
    title: 'The status is unknown while the database is down',
    example: 'The database does not answer. Nothing was lost; try again with the same Idempotency-Key.',
  },
} as const satisfies Record<string, { status: number; title: string; example: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

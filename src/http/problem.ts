/**
 * Every refusal and failure that a caller may see, as data: code → HTTP status and title (RFC 9457).
 * The code is the contract; `type` is `urn:foothold:problem:<code>`.
 */
export const PROBLEMS = {
  bad_request: { status: 400, title: 'The request could not be read' },
  unauthenticated: { status: 401, title: 'A valid access token is needed' },
  forbidden: { status: 403, title: 'This caller may not do that' },
  membership_removed: { status: 403, title: 'This person was removed from the tenant' },
  organization_unknown: { status: 403, title: 'No tenant belongs to this organisation' },
  tenant_closed: { status: 403, title: 'The tenant is closed' },
  not_found: { status: 404, title: 'There is nothing here' },
  tenant_not_found: { status: 404, title: 'There is no such tenant for this caller' },
  member_not_found: { status: 404, title: 'There is no such member' },
  invitation_not_found: { status: 404, title: 'There is no such invitation' },
  case_not_found: { status: 404, title: 'There is no such case' },
  job_not_found: { status: 404, title: 'There is no such job' },
  unknown_flow: { status: 404, title: 'There is no such flow' },
  request_timeout: { status: 408, title: 'The request did not arrive in time' },
  reconciliation_required: { status: 409, title: 'Somebody must decide which record is right' },
  case_resolved: { status: 409, title: 'The case was decided already' },
  case_unreadable: { status: 409, title: 'The mirror of the case cannot be believed' },
  job_not_undoable: { status: 409, title: 'The job cannot be taken back' },
  tenant_required: { status: 409, title: 'A tenant must be chosen' },
  transition_rejected: { status: 409, title: 'The flow does not allow this transition' },
  last_owner: { status: 409, title: 'The tenant would be left without an owner' },
  already_member: { status: 409, title: 'This person is a member already' },
  invitation_used: { status: 409, title: 'The invitation was accepted by somebody else' },
  organization_taken: { status: 409, title: 'The organisation belongs to another tenant' },
  tenant_status_conflict: { status: 409, title: 'The status of the tenant does not allow this' },
  invitation_expired: { status: 410, title: 'The invitation has expired' },
  person_erased: { status: 410, title: 'The data of this person was erased' },
  invitation_revoked: { status: 410, title: 'The invitation was revoked' },
  revision_mismatch: { status: 412, title: 'The progress has moved on' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The content type is not supported' },
  invalid_request: { status: 422, title: 'The request is not valid' },
  idempotency_key_reused: { status: 422, title: 'The idempotency key belongs to another request' },
  rate_limited: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  flow_version_unavailable: { status: 503, title: 'This process cannot serve the flow version' },
  keys_unavailable: { status: 503, title: 'The signing keys cannot be had' },
  not_ready: { status: 503, title: 'The service is not ready' },
  overloaded: { status: 503, title: 'The service is overloaded' },
  status_unknown: { status: 503, title: 'The status cannot be known now' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface ProblemOptions {
  /** Further members of the problem document, such as `errors` or `current`. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Further response headers, in lower case, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A refusal or failure with a stable code. `detail` is shown to the caller: what was wrong, and what to do. */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    { members = {}, headers = {}, cause }: ProblemOptions = {},
  ) {
    super(`${code}: ${detail}`, { cause });
    this.name = 'Problem';
    this.status = PROBLEMS[code].status;
    this.title = PROBLEMS[code].title;
    this.members = members;
    this.headers = headers;
  }
}

/** One finding about a request's content. `path` is a JSON Pointer into the body, or names the header or parameter. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export const invalidRequest = (errors: readonly FieldError[]): Problem =>
  new Problem('invalid_request', errors.map(({ path, message }) => `${path || 'body'}: ${message}`).join('; '), {
    members: { errors },
  });

/** A failure that passes by itself: 503 with `Retry-After` in seconds. */
export const unavailable = (
  code: 'flow_version_unavailable' | 'keys_unavailable' | 'not_ready' | 'overloaded' | 'status_unknown',
  detail: string,
  retryAfterSeconds: number,
  cause?: unknown,
): Problem => new Problem(code, detail, { headers: { 'retry-after': String(retryAfterSeconds) }, cause });

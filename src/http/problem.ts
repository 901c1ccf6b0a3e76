import { PROBLEMS, type ProblemCode } from './problem-codes.js';

export { PROBLEMS, type ProblemCode };

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

import { exampleDetail, PROBLEMS, type DescribedProblemCode, type ProblemCode } from './problem-codes.js';

export { PROBLEMS, type ProblemCode };

export interface ProblemOptions {
  /** Further members of the problem document, such as `errors` or `current`. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Further response headers, in lower case, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/**
 * A refusal or failure with a stable code. `detail` is shown to the caller: what was wrong, and what to do; by default it
 * is the one of {@link PROBLEMS}.
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly status: number;
  readonly title: string;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: DescribedProblemCode, detail?: string, options?: ProblemOptions);
  constructor(code: ProblemCode, detail: string, options?: ProblemOptions);
  constructor(
    code: ProblemCode,
    detail = exampleDetail(code),
    { members = {}, headers = {}, cause }: ProblemOptions = {},
  ) {
    super(`${code}: ${detail}`, { cause });
    this.name = 'Problem';
    this.code = code;
    this.detail = detail;
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

/** For a problem that passes by itself: `Retry-After` in seconds. */
export const retryAfter = (seconds: number, cause?: unknown): ProblemOptions => ({
  headers: { 'retry-after': String(seconds) },
  cause,
});

/** 503 `not_ready`. `reason` is a sentence that says what is missing. */
export const notReady = (reason: string, retryAfterSeconds: number, cause?: unknown): Problem =>
  new Problem('not_ready', `The service is not ready. ${reason}`, retryAfter(retryAfterSeconds, cause));

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

/** What a caller can mend at once; more would only repeat the request. */
export const MOST_ERRORS = 20;
/** Characters. An answer repeats no more of the request than shows what is meant. */
const LONGEST = { path: 100, message: 200 };

/** Lists the first errors, and says whether there are more. */
export function invalidRequest(errors: readonly FieldError[]): Problem {
  const listed = errors.slice(0, MOST_ERRORS).map(({ path, message }) => ({
    path: shortened(path, LONGEST.path),
    message: shortened(message, LONGEST.message),
  }));
  const sentences = listed.map(({ path, message }) => `${path || 'body'}: ${message}`);
  if (errors.length > MOST_ERRORS) sentences.push('more errors are not listed');
  return new Problem('invalid_request', sentences.join('; '), { members: { errors: listed } });
}

/** At most so many characters of a text that the caller chose. */
export const shortened = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;

/** For a problem that passes by itself: `Retry-After` in seconds. */
export const retryAfter = (seconds: number, cause?: unknown): ProblemOptions => ({
  headers: { 'retry-after': String(seconds) },
  cause,
});

/** 503 `not_ready`. `reason` is a sentence that says what is missing. */
export const notReady = (reason: string, retryAfterSeconds: number, cause?: unknown): Problem =>
  new Problem('not_ready', `The service is not ready. ${reason}`, retryAfter(retryAfterSeconds, cause));

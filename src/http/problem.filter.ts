import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DatabaseNotReady, DatabaseOverloaded, DatabaseUnavailable } from '../database/database-errors.js';
import type { DescribedProblemCode } from './problem-codes.js';
import { notReady, Problem, retryAfter, shortened } from './problem.js';

const RETRY_SECONDS = { status_unknown: 5, overloaded: 1, not_ready: 2 } as const;

declare module 'fastify' {
  interface FastifyReply {
    /** What the answer says, for the log and the metrics; null of answers that are none. */
    problem: Problem | null;
  }
}

/** The one place where errors become HTTP: RFC 9457 documents, whatever threw. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = problemOf(error);
    if (problem.status >= 500)
      this.logger.error({ err: error, code: problem.code, requestId: request.id }, problem.message);
    sendProblem(problem, request, reply);
  }
}

/** Also for what Fastify refuses before there is a route, and so before any filter. */
export function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  reply.problem = problem;
  void reply
    .status(problem.status)
    .headers({ ...problem.headers, 'cache-control': 'no-store', 'x-request-id': request.id })
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemDocument(problem, request)));
}

/** Characters. The addresses of routes are shorter, but for very long subjects. */
const LONGEST_INSTANCE = 500;

/** RFC 9457. */
export function problemDocument(
  problem: Problem,
  request: Pick<FastifyRequest, 'id' | 'url'>,
): Record<string, unknown> {
  const { code, title, status, detail, members } = problem;
  const instance = shortened(request.url.split('?', 1)[0] as string, LONGEST_INSTANCE);
  return {
    type: `urn:foothold:problem:${code}`,
    title,
    status,
    code,
    detail,
    instance,
    requestId: request.id,
    ...members,
  };
}

/** What a caller may see of an error. What is not known is 500, and tells nothing of our insides. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof DatabaseUnavailable) {
    return new Problem('status_unknown', undefined, retryAfter(RETRY_SECONDS.status_unknown, error));
  }
  if (error instanceof DatabaseOverloaded) {
    return new Problem('overloaded', undefined, retryAfter(RETRY_SECONDS.overloaded, error));
  }
  if (error instanceof DatabaseNotReady) return notReady(error.message, RETRY_SECONDS.not_ready, error);
  const status = statusOf(error);
  if (status === 414) return new Problem('bad_request', 'The URL is too long; shorten it.', { cause: error });
  // Also for refusals of other kinds, such as a range or precondition on the files of /docs: none is a fault of ours.
  const code = REFUSED_BY_THE_FRAMEWORK[status] ?? (status < 500 ? 'bad_request' : 'internal_error');
  return new Problem(code, undefined, { cause: error });
}

/** Nest throws HttpException; Fastify, errors with `statusCode`. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : 500;
}

const REFUSED_BY_THE_FRAMEWORK: Readonly<Record<number, DescribedProblemCode>> = {
  404: 'not_found',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
};

import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import type { RequestMetrics } from '../metrics/request-metrics.js';
import { API_HEADERS } from './api-headers.js';
import { corsHeaders } from './cors.js';
import type { Problem } from './problem.js';
import { problemOf, sendProblem } from './problem.filter.js';

/** How one request was answered. A route is a pattern, or `unknown`. */
export interface Answered {
  readonly requestId: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly elapsedMs: number;
  readonly problem: Problem | null;
}

declare module 'fastify' {
  interface FastifyInstance {
    outsideHooks: OutsideHooks;
  }
}

/**
 * What Fastify's hooks do for an answer, for the answers that leave without them: requests that Node or the router cannot
 * read. Pages of other origins may read these, too, and operators see them in the log and in the metrics.
 */
export class OutsideHooks {
  constructor(
    private readonly http: Config['http'],
    private readonly logger: Logger,
    private readonly metrics: RequestMetrics,
  ) {}

  /** One line in the log and one measurement, for any answer. */
  record({ requestId, method, route, status, elapsedMs, problem }: Answered): void {
    this.metrics.observe(method, route, status, elapsedMs / 1000);
    const ms = Math.round(elapsedMs * 10) / 10;
    if (!problem) return this.logger.info({ requestId, method, route, status, ms }, 'request');
    const { code, detail } = problem;
    this.metrics.countRefusal(code);
    // Why a token was refused is told in fixed words. Other details may repeat what the caller sent.
    const reason = code === 'unauthenticated' ? detail : undefined;
    this.logger.info({ requestId, method, route, status, ms, code, reason }, 'request');
  }

  /** @param origin of the page that asks, where it is known */
  headers(origin: string | undefined): Record<string, string> {
    return { ...API_HEADERS, ...corsHeaders(this.http, origin) };
  }
}

/** Answers what the router refuses: an address that cannot be decoded, or with a part that is too long. */
export function answerUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const { outsideHooks } = request.server;
  const arrivedAt = performance.now();
  const problem = problemOf(error);
  reply.raw.once('finish', () => {
    const { id: requestId, method } = request;
    const elapsedMs = performance.now() - arrivedAt;
    outsideHooks.record({ requestId, method, route: 'unknown', status: reply.statusCode, elapsedMs, problem });
  });
  void reply.headers(outsideHooks.headers(request.headers.origin));
  sendProblem(problem, request, reply);
}

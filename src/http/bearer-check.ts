import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authentication } from '../auth/authentication.js';
import type { Principal } from '../auth/principal.js';
import { addressKey } from './client-address.js';
import { Problem, retryAfter } from './problem.js';
import { RequestRate, type RateLimit } from './request-rate.js';
import { faultBeforeReading } from './unreadable-request.js';

type Done = (error?: Error) => void;

/**
 * Fastify hooks that decide before the body of a request is read, so that a caller without a token cannot make the service
 * parse anything, nor a caller with one more than the limit of requests allows. Requests with a token that is accepted count
 * for its subject. Answers to others count for their address, and by that limit no request with an accepted token is refused:
 * no stranger can lock users out who share the address.
 */
export class BearerCheck {
  private readonly requests: RequestRate;
  private readonly answers: RequestRate;

  constructor(
    private readonly authentication: Authentication,
    limit: RateLimit,
  ) {
    this.requests = new RequestRate(limit);
    this.answers = new RequestRate(limit);
  }

  /** For the routes of the API, all of which need a token. Leaves the caller in `request.user`. */
  readonly requireCaller = (request: FastifyRequest, reply: FastifyReply, done: Done): void => {
    try {
      const caller = this.authentication.callerOf(request);
      if (caller instanceof Promise) {
        caller.then(
          (verified) => this.accept(verified, request, reply, done),
          (error: unknown) => this.refuse(error, request, reply, done),
        );
      } else this.accept(caller, request, reply, done);
    } catch (error) {
      this.refuse(error, request, reply, done);
    }
  };

  /** For pages that anyone may read, which cost more than a refusal. */
  readonly limitPage = (request: FastifyRequest, _reply: FastifyReply, done: Done): void => done(this.tooMany(request));

  private accept(caller: Principal, request: FastifyRequest, reply: FastifyReply, done: Done): void {
    // A support tool must not use up the share of the person whose token it acts with.
    const seconds = this.requests.take(caller.impersonator ?? caller.subject);
    if (seconds === 0) return done(faultBeforeReading(request.raw));
    closeUnlessDrained(request, reply);
    const detail = `The caller sends too many requests; try again in ${seconds} s.`;
    done(new Problem('rate_limited', detail, retryAfter(seconds)));
  }

  private refuse(error: unknown, request: FastifyRequest, reply: FastifyReply, done: Done): void {
    closeUnlessDrained(request, reply);
    const isRefusal = error instanceof Problem && error.code === 'unauthenticated';
    done((isRefusal && this.tooMany(request)) || (error as Error));
  }

  private tooMany(request: FastifyRequest): Problem | undefined {
    const seconds = this.answers.take(addressKey(request.ip));
    if (seconds === 0) return undefined;
    const detail = `This address sends too many requests without a valid access token; try again in ${seconds} s.`;
    return new Problem('rate_limited', detail, retryAfter(seconds));
  }
}

/**
 * Node reads and discards a body that the service did not read, so that the next request on the connection is understood.
 * A body that does not tell its length is not worth that: the connection ends instead.
 */
export function closeUnlessDrained({ headers }: FastifyRequest, reply: FastifyReply): void {
  if (headers['transfer-encoding'] !== undefined) void reply.header('connection', 'close');
}

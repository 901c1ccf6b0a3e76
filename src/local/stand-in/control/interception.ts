import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.js';
import type { Operation } from '../operation.js';
import { answerWith, errorOf } from './fault-answers.js';
import type { Faults } from './faults.js';
import type { LoggedRequest, RequestLog } from './request-log.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Absent for what is no part of Auth0. */
    logged?: LoggedRequest;
  }
}

const DEFAULT_DELAY_MS = 1000;

interface Dependencies {
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly clock: Clock;
}

/** Logs each request to one of Auth0's endpoints, and lets the faults that are switched on happen to it. */
export function interceptRequests(app: FastifyInstance, { faults, requests, clock }: Dependencies): void {
  app.decorateRequest('logged', undefined);

  app.addHook('onRequest', async (request, reply) => {
    const { operation } = request.routeOptions.config;
    if (!operation) return;
    const entry = describe(request, operation);
    request.logged = entry;
    requests.add(entry);
    const fault = faults.take(operation, request.headers.authorization?.replace(/^Bearer /i, ''));
    if (!fault) return;
    entry.fault = fault.kind;
    switch (fault.kind) {
      case 'hang':
        return void reply.hijack();
      case 'reset':
        reply.hijack();
        return void request.raw.socket.resetAndDestroy();
      case 'slow':
        return new Promise((resolve) => setTimeout(resolve, fault.delayMs ?? DEFAULT_DELAY_MS));
      case 'stalled_body':
      case 'applied_but_500':
        // On the way back.
        return;
      default:
        await answerWith(fault, operation, reply, clock);
    }
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const { logged } = request;
    if (!logged) return payload;
    const answer = spoil(logged, reply, payload);
    logged.status = reply.statusCode;
    return answer;
  });
}

function describe(request: FastifyRequest, operation: Operation): LoggedRequest {
  const { id } = request.params as { readonly id?: string };
  return {
    time: new Date().toISOString(),
    operation,
    method: request.method,
    path: new URL(request.url, 'http://localhost').pathname,
    ...(id && { userId: id }),
    status: null,
  };
}

/** What arrives of an answer that was made in good order. A refusal arrives as it is. */
function spoil({ fault, operation }: LoggedRequest, reply: FastifyReply, payload: unknown): unknown {
  if (reply.statusCode >= 400 || typeof payload !== 'string') return payload;
  if (fault === 'applied_but_500') {
    void reply.status(500);
    return JSON.stringify(errorOf(operation, 500, 'Internal Server Error', 'server_error').body);
  }
  if (fault === 'stalled_body') {
    const whole = Buffer.from(payload);
    void reply.header('content-length', whole.length);
    const stalled = new Readable({ read: () => undefined });
    stalled.push(whole.subarray(0, whole.length / 2));
    return stalled;
  }
  return payload;
}

import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import helmet from 'helmet';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Logger } from 'pino';
import { Authentication } from '../auth/authentication.js';
import type { Config } from '../config/config.js';
import { RequestMetrics } from '../metrics/request-metrics.js';
import { API_HEADERS } from './api-headers.js';
import { BearerCheck, closeUnlessDrained } from './bearer-check.js';
import { BODY_LIMIT_BYTES } from './body-limits.js';
import { corsOptions } from './cors.js';
import { readJsonBodies } from './json-body.js';
import { answerUnroutable, OutsideHooks } from './outside-hooks.js';
import { Problem } from './problem.js';
import { sendProblem } from './problem.filter.js';
import { MOST_HEADERS, READ_HEADER_BYTES, refusalBeforeRouting } from './refused-request.js';
import { lingerAfterAnswer } from './lingering-close.js';
import { parseQuery } from './query-string.js';
import { answerUnreadable } from './unreadable-request.js';
import { closeUnusedOnStop, limitConnections } from './connections.js';

/** Longer keep-alive than common load balancers have (60 s), so that they close first and no request meets a closed socket. */
const KEEP_ALIVE_MS = 72_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** How often Node looks for requests that are late. By default it does so every 30 s: they would stay for up to 60 s. */
const LATE_CHECK_MS = 5_000;
/** A client that neither sends nor takes a byte for so long is gone. Event streams have a heartbeat every 15 s. */
const SILENCE_MS = 30_000;
/** A subject has up to 255 characters, each of which may be percent-encoded; Fastify's own limit is 100. */
const MAX_PARAM_LENGTH = 3 * 255;
const REQUEST_ID = /^[\w.-]{8,64}$/;

/** Fastify with our limits. Its own request log stays off: ours is one line a request, without headers or bodies. */
export const createAdapter = ({ trustedProxies }: Config['http']): FastifyAdapter =>
  new FastifyAdapter({
    // Without one, the address of a caller is that of the connection: a header could name any other.
    trustProxy: trustedProxies.length ? [...trustedProxies] : false,
    bodyLimit: BODY_LIMIT_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: SILENCE_MS,
    forceCloseConnections: 'idle',
    // A request that still comes in over an open connection is answered, and told to close it.
    return503OnClosing: false,
    // Node would refuse both by itself, without our headers and our log line.
    http: {
      maxHeaderSize: READ_HEADER_BYTES,
      requireHostHeader: false,
      // Node would give the headers longer than the whole request.
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: LATE_CHECK_MS,
    },
    clientErrorHandler: answerUnreadable,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, querystringParser: parseQuery },
    frameworkErrors: answerUnroutable,
    genReqId: ({ headers }: IncomingMessage) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
  });

/** Everything on the HTTP server that is not a Nest module: security headers, CORS, request ids, log and metrics. */
export async function configureServer(app: NestFastifyApplication, config: Config, logger: Logger): Promise<void> {
  app.enableCors(corsOptions(config.http));
  const fastify = app.getHttpAdapter().getInstance();
  const outsideHooks = new OutsideHooks(config.http, logger, app.get(RequestMetrics));
  fastify.decorate('outsideHooks', outsideHooks);
  fastify.decorateReply('problem', null);
  // An expectation that the service does not know may be ignored (RFC 9110, 10.1.1); Node would answer 417 by itself.
  fastify.server.on('checkExpectation', (request, response) => fastify.server.emit('request', request, response));
  // Node hands over the first of them, enough to refuse the request; all of 1,200 would cost three times as much.
  fastify.server.maxHeadersCount = MOST_HEADERS + 1;
  readJsonBodies(fastify);
  // As with GET, a body is no part of the request: nothing reads it, so nothing can be wrong with it.
  fastify.addHttpMethod('DELETE', { hasBody: false, overrideExisting: true });
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    const refusal = refusalBeforeRouting(request);
    if (refusal) {
      // The hook for CORS has run: Fastify adds this one behind it. What follows on the connection may be an attempt to
      // smuggle a request.
      void reply.headers({ ...API_HEADERS, connection: 'close' });
      return sendProblem(refusal, request, reply);
    }
    if (isPage(request.url)) return protectPage(request.raw, reply.raw, () => done());
    void reply.headers(API_HEADERS);
    if (!request.is404) return done();
    closeUnlessDrained(request, reply);
    sendProblem(new Problem('not_found'), request, reply);
  });
  guardBodies(fastify, new BearerCheck(app.get(Authentication), config.http.rateLimit));
  closeUnusedOnStop(fastify);
  limitConnections(fastify, config.http.maxConnections, logger);
  let stopping = false;
  fastify.addHook('preClose', (done) => {
    stopping = true;
    done();
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    // Fastify would read an event stream to its end to throw it away, and it has none: HEAD needs no more than its headers.
    if (request.method === 'HEAD' && payload instanceof Readable) payload.destroy();
    // By the route and not by the address, which the router also understands when it is absolute or percent-encoded.
    if (request.routeOptions.url?.startsWith('/v1/')) keepPrivate(reply);
    // Kept alive behind the last answer, a connection would hold the process up for as long as its client likes.
    if (stopping) void reply.header('connection', 'close');
    if (!request.raw.complete && reply.getHeader('connection') === 'close') lingerAfterAnswer(request.raw.socket);
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { id: requestId, method } = request;
    const route = request.routeOptions.url ?? 'unknown';
    const { statusCode: status, elapsedTime: elapsedMs, problem } = reply;
    outsideHooks.record({ requestId, method, route, status, elapsedMs, problem });
    done();
  });
}

/** For each route that is registered from here on: what is decided before its body is read. Probes are not limited. */
function guardBodies(fastify: FastifyInstance, { requireCaller, limitPage }: BearerCheck): void {
  fastify.addHook('onRoute', (route) => {
    const { bodyLimit } = (route.config ?? {}) as { bodyLimit?: number };
    if (bodyLimit !== undefined) route.bodyLimit = bodyLimit;
    if (route.url.startsWith('/v1/')) route.onRequest = requireCaller;
    else if (isPage(route.url) || route.url === '/openapi.json') route.onRequest = limitPage;
  });
}

const protectPage = helmet();
const isPage = (url: string): boolean => url.startsWith('/docs');

/**
 * An answer depends on who asks and on the tenant they named. Browsers keep none of it, as users share devices; a caller
 * that keeps the answer itself sends its entity tag.
 */
function keepPrivate(reply: FastifyReply): void {
  if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
  // Added to what CORS already varies by.
  void reply.header('vary', [reply.getHeader('vary'), 'Authorization, X-Tenant-Id'].filter(Boolean).join(', '));
}

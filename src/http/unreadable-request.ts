import type { ConnectionError, FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { destroyLater } from './lingering-close.js';
import { Problem } from './problem.js';
import { problemDocument } from './problem.filter.js';
import { headersTooLarge } from './refused-request.js';

/** Node's own name for the answer under way on a connection; its default handler reads it, too. */
interface ServerSocket extends Socket {
  readonly _httpMessage?: ServerResponse | null;
}

/** Answers what Node could not read as a request, so that there is no request and no reply: a problem like any other. */
export function answerUnreadable(this: FastifyInstance, error: ConnectionError, socket: ServerSocket): void {
  // Answered already; what still arrives is not read.
  if (socket.writableEnded) return;
  // Browsers open connections ahead: one that never sent a byte asked for nothing.
  const isUnused = socket.bytesRead === 0;
  if (error.code === 'ECONNRESET' || !socket.writable || isUnused) return void socket.destroy();
  const problem = problemOf(error);
  if (socket._httpMessage) return endUnderWay(socket._httpMessage, problem, socket);

  const requestId = randomUUID();
  const body = JSON.stringify(problemDocument(problem, { id: requestId, url: '' }));
  const headers = {
    ...this.outsideHooks.headers(originIn(error.rawPacket)),
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-request-id': requestId,
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const { status } = problem;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  destroyLater(socket);
  this.outsideHooks.record({ requestId, method: 'unknown', route: 'unknown', status, elapsedMs: 0, problem });
}

function problemOf({ code }: ConnectionError): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') return headersTooLarge();
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Problem('request_timeout');
  return new Problem('bad_request', 'The request is not valid HTTP; check the client or proxy that sent it.');
}

/** The fault is in the body of a request that is being answered, or behind it: the connection ends with that answer. */
function endUnderWay(response: ServerResponse, problem: Problem, socket: Socket): void {
  const { req: request } = response;
  if (response.headersSent) return void socket.destroy();
  response.shouldKeepAlive = false;
  if (request.complete) return;
  // The reader of the body receives the error and answers as with any other fault in the body.
  if (request.listenerCount('error') > 0) request.emit('error', problem);
  else unread.set(request, problem);
}

const unread = new WeakMap<IncomingMessage, Problem>();

/** What was wrong with the body of a request that nothing has begun to read: its reader would wait in vain. */
export const faultBeforeReading = (request: IncomingMessage): Problem | undefined => unread.get(request);

const ORIGIN = /\norigin:[ \t]*(\S+)/i;

/** Of the page that asks, if that header came with the same packet. */
function originIn(packet: unknown): string | undefined {
  if (!Buffer.isBuffer(packet)) return undefined;
  const [head = ''] = packet.toString('latin1').split('\r\n\r\n', 1);
  return ORIGIN.exec(head)?.[1];
}

import type { FastifyInstance } from 'fastify';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';

/**
 * A connection that never sent a request (browsers and balancers open some ahead) counts as busy for Node, which would
 * hold a stopping process up for as long as a request may take to arrive.
 */
export function closeUnusedOnStop(fastify: FastifyInstance): void {
  const sockets = new Set<Socket>();
  fastify.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  fastify.addHook('preClose', (done) => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    done();
  });
}

/** How long it stays silent after it has said that connections are closed. */
const WARNING_PAUSE_MS = 60_000;

/** Connections above the limit are closed as soon as they arrive; the log says so, once a minute at most. */
export function limitConnections({ server }: FastifyInstance, limit: number, logger: Logger): void {
  server.maxConnections = limit;
  let silentUntil = -Infinity;
  server.on('drop', () => {
    if (performance.now() < silentUntil) return;
    silentUntil = performance.now() + WARNING_PAUSE_MS;
    logger.warn(`New connections are closed, because ${limit} are open. Start more processes, or set MAX_CONNECTIONS.`);
  });
}

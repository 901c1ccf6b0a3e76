import type { FastifyInstance } from 'fastify';
import type { Socket } from 'node:net';

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

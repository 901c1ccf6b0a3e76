import type { Socket } from 'node:net';

/** So long the client may take to read the answer, while it still sends bytes that the service does not read. */
const LINGER_MS = 1_000;

/**
 * The connection ends with the answer under way, and nothing more of the request is read. Closed at once, with bytes of the
 * client unread, the connection would be reset, and the client might lose the answer; RFC 9112, 9.6.
 */
export function lingerAfterAnswer(socket: Socket): void {
  // Node calls it when the answer is complete.
  socket.destroySoon = () => {
    socket.end();
    destroyLater(socket);
    // Before that, Node itself resumes it, to discard the rest of the body.
    setImmediate(() => socket.pause());
  };
}

/** For a socket whose own side has ended. */
export function destroyLater(socket: Socket): void {
  const linger = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(linger));
}

import { connect, type Socket } from 'node:net';

/**
 * Clients that open connections and never close one, not even when the service has ended its half. What they send is
 * chosen by the caller, for each in turn.
 */
export class ClingingClients {
  private constructor(private readonly sockets: readonly Socket[]) {}

  static async open(url: string, count: number, textOf: (index: number) => string): Promise<ClingingClients> {
    const { hostname, port } = new URL(url);
    const sockets = Array.from({ length: count }, (_, index) => {
      const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
      socket.on('error', () => undefined).on('data', () => undefined);
      socket.once('connect', () => socket.write(textOf(index), 'latin1'));
      return socket;
    });
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    return new ClingingClients(sockets);
  }

  release(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}

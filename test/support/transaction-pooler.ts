import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const NOTIFICATION_RESPONSE = 'A'.charCodeAt(0);
/** A type and the length of the rest. */
const HEADER_BYTES = 5;

/**
 * Does to LISTEN what a transaction-mode pooler does: the server connection that listens is somebody else's by the time
 * a notification arrives, so it never does. Everything else passes.
 */
export class TransactionPooler {
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  /** @param url of the PostgreSQL behind it */
  static async open(url: string): Promise<TransactionPooler> {
    const { hostname, port } = new URL(url);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const pooler = new TransactionPooler(server);
    server.on('connection', (client) => pooler.join(client, connect(Number(port), hostname)));
    return pooler;
  }

  /** The same database, through here. */
  urlOf(url: string): string {
    const { port } = this.server.address() as AddressInfo;
    return Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href;
  }

  async close(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, 'close');
  }

  private join(client: Socket, server: Socket): void {
    for (const socket of [client, server]) this.sockets.add(socket.on('error', () => undefined));
    client.pipe(server);
    let rest: Buffer = Buffer.alloc(0);
    server.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (let end = endOfMessage(rest); end !== undefined; end = endOfMessage(rest)) {
        if (rest[0] !== NOTIFICATION_RESPONSE) client.write(rest.subarray(0, end));
        rest = rest.subarray(end);
      }
    });
    server.on('close', () => client.destroy());
  }
}

/** Where the first message ends, or undefined while it is not whole. */
function endOfMessage(bytes: Buffer): number | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const end = bytes.readInt32BE(1) + 1;
  return bytes.length < end ? undefined : end;
}

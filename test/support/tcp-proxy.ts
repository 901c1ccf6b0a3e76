import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a server that can be made bad: cut, refused, or silent. */
export class TcpProxy {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private silent = false;
  /** How many connections were ever asked for. */
  asked = 0;

  private constructor(
    private server: Server,
    private target: { readonly host: string; readonly port: number },
    private readonly port: number,
  ) {}

  /** @param url of the server behind it, with its port */
  static async open(url: string): Promise<TcpProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new TcpProxy(server, targetOf(url), (server.address() as AddressInfo).port);
    server.on('connection', (socket) => proxy.join(socket));
    return proxy;
  }

  /** The same address, through here. */
  urlOf(url: string): string {
    return Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(this.port) }).href;
  }

  /** New connections lead to another server; those that there are stay where they are. */
  lead(url: string): void {
    this.target = targetOf(url);
  }

  /** Ends every connection; new ones are welcome. */
  cut(): void {
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }

  /** Ends every connection and refuses new ones. */
  async refuse(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.cut();
    await closed;
  }

  /** After `refuse`. */
  async accept(): Promise<void> {
    this.server = createServer((socket) => this.join(socket)).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Takes connections and passes nothing on: what a machine that hangs looks like. */
  hang(): void {
    this.silent = true;
    this.strand();
  }

  /** As `hang`, of the connections that there are; new ones get through, as after a failover that nobody was told of. */
  strand(): void {
    for (const pair of this.pairs) for (const socket of pair) socket.pause();
  }

  /** After `hang`: what was held back arrives. */
  resume(): void {
    this.silent = false;
    for (const pair of this.pairs) for (const socket of pair) socket.resume();
  }

  async close(): Promise<void> {
    if (this.server.listening) await this.refuse();
  }

  private join(near: Socket): void {
    this.asked += 1;
    const far = connect(this.target);
    const pair = [near, far] as const;
    this.pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('data', (chunk) => void to.write(chunk));
      from.on('error', () => undefined);
      from.on('close', () => {
        to.destroy();
        this.pairs.delete(pair);
      });
      if (this.silent) from.pause();
    }
  }
}

function targetOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname: host, port } = new URL(url);
  return { host, port: Number(port) };
}

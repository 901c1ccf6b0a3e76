import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { FOOTHOLD } from './contestants.js';
import { median } from './median.js';
import { ServerProcess } from './server-process.js';
import type { Stage } from './stage.js';

/** Round trips from the service to PostgreSQL for one request. */
export interface RoundTrips {
  readonly warmRead: number;
  /** The first one that this process sees of the person. */
  readonly coldRead: number;
  readonly transition: number;
}

const PATH = '/v1/onboarding/workspace';
/** Of each request this many, for different people; a stray statement in the background then changes no median. */
const SAMPLES = 9;

/** Counts them in a fresh process of the service that talks to PostgreSQL through a counting proxy. */
export async function countRoundTrips({ databases, people, issuer }: Stage): Promise<RoundTrips> {
  const { large } = databases;
  const proxy = await CountingProxy.start(Number(new URL(large.appUrl).port));
  const appUrl = Object.assign(new URL(large.appUrl), { port: String(proxy.port) }).href;
  const server = await ServerProcess.start(FOOTHOLD.script, FOOTHOLD.environment({ ...large, appUrl }, issuer));
  const tokens = people.large.map(({ token }) => token);
  const sampled = tokens.slice(1, 1 + SAMPLES);
  const countEach = async (send: (token: string, index: number) => Promise<Response>): Promise<number> => {
    const counts: number[] = [];
    for (const [index, token] of sampled.entries()) {
      const before = proxy.roundTrips;
      const answer = await send(token, index);
      if (!answer.ok) throw server.failure(`answers ${answer.status} ${await answer.text()}`);
      await answer.text();
      counts.push(proxy.roundTrips - before);
    }
    return median(counts);
  };
  const read = (token: string) => fetch(server.url + PATH, { headers: { authorization: `Bearer ${token}` } });
  const move = (token: string, index: number) =>
    fetch(`${server.url}${PATH}/transitions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': `round-trips-${index}`,
      },
      body: JSON.stringify({ step: 'business_info', action: 'save', data: { businessName: `Counted ${index}` } }),
    });
  try {
    await server.ready(PATH, tokens[0]);
    const coldRead = await countEach(read);
    const warmRead = await countEach(read);
    return { coldRead, warmRead, transition: await countEach(move) };
  } finally {
    await server.stop();
    await proxy.stop();
  }
}

/** A TCP proxy in front of PostgreSQL. A round trip ends with PostgreSQL's message that it is ready for the next one. */
class CountingProxy {
  roundTrips = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: ReturnType<typeof createServer>) {}

  static async start(upstreamPort: number): Promise<CountingProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new CountingProxy(server);
    server.on('connection', (client: Socket) => proxy.accept(client, connect(upstreamPort, '127.0.0.1')));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(client: Socket, upstream: Socket): void {
    for (const socket of [client, upstream]) {
      socket.setNoDelay();
      this.sockets.add(socket);
      socket.once('error', () => socket.destroy());
      socket.once('close', () => (client.destroy(), upstream.destroy()));
    }
    // The first one ends the log-in, which belongs to no request.
    let loggedIn = false;
    const count = readyForQueryCounter(() => {
      if (loggedIn) this.roundTrips += 1;
      loggedIn = true;
    });
    client.pipe(upstream);
    upstream.on('data', count);
    upstream.pipe(client);
  }
}

const READY_FOR_QUERY = 'Z'.charCodeAt(0);
const HEADER_BYTES = 5;

/** Follows the server's messages (a type of one byte, then a length of four that counts itself) over chunk borders. */
function readyForQueryCounter(onReady: () => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= HEADER_BYTES) {
      const end = 1 + rest.readUInt32BE(1);
      if (rest.length < end) return;
      if (rest[0] === READY_FOR_QUERY) onReady();
      rest = rest.subarray(end);
    }
  };
}

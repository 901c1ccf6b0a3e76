import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { addAbortSignal } from 'node:stream';

/** A request as it goes over the wire: nothing is normalised, and a header may come twice. */
export interface Request {
  readonly method: string;
  /** Of the request line, percent-encoded as the sender pleases. */
  readonly path: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
  /** Leaves out the header that HTTP/1.1 requires. */
  readonly withoutHost?: boolean;
}

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly headers: IncomingMessage['headers'];
  /** Of a stream, its first bytes. */
  readonly text: string;
}

/** Far above what any request takes on a busy machine: whoever waits longer waits for ever. */
const HANG_MS = 30_000;
const SOCKETS = 32;

/** A client that says exactly what it is told to. Whoever opens one closes it. */
export class Wire {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });

  constructor(readonly url: string) {}

  close(): void {
    this.agent.destroy();
  }

  /** Of an event stream the first bytes are read, and then the connection is cut. Rejects when nothing answers. */
  async send({ method, path, headers = [], body, withoutHost = false }: Request): Promise<Reply> {
    const { host, hostname, port } = new URL(this.url);
    const lines = [
      ...(withoutHost ? [] : [['Host', host]]),
      ...headers,
      // Without a length Node would announce a body in chunks, as no client does that has none.
      ...(body === undefined && !/^post$/i.test(method) ? [] : [['Content-Length', String(bytes(body ?? ''))]]),
    ];
    const outgoing = request({
      agent: this.agent,
      hostname,
      port,
      method: method.toUpperCase(),
      path,
      headers: lines.flat(),
      signal: AbortSignal.timeout(HANG_MS),
    });
    outgoing.end(body);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    const contentType = incoming.headers['content-type'] ?? '';
    const isStream = method.toUpperCase() !== 'HEAD' && contentType.startsWith('text/event-stream');
    const text = isStream ? await firstBytes(incoming) : await allBytes(incoming);
    return { status: incoming.statusCode ?? 0, contentType, headers: incoming.headers, text };
  }

  /** Writes the bytes as they are, and reads until the service closes the connection. */
  async write(bytesToSend: string): Promise<string> {
    const { hostname, port } = new URL(this.url);
    const socket = addAbortSignal(AbortSignal.timeout(HANG_MS), connect({ host: hostname, port: Number(port) }));
    socket.write(bytesToSend, 'latin1');
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return text;
  }
}

const bytes = (text: string): number => Buffer.byteLength(text);

async function allBytes(incoming: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of incoming.setEncoding('utf8')) text += chunk;
  return text;
}

async function firstBytes(incoming: IncomingMessage): Promise<string> {
  const [chunk] = (await once(incoming, 'data')) as [Buffer];
  incoming.destroy();
  return String(chunk);
}

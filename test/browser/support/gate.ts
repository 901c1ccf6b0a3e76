import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';

/** One request that a browser sent to the service, preflights left out. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly at: number;
  readonly idempotencyKey: string | undefined;
  readonly ifMatch: string | undefined;
  readonly lastEventId: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
  /** Undefined while there is no answer, and when the browser never got one. */
  status: number | undefined;
  /** Whether the browser has ended the request, or lost its connection. */
  isClosed: boolean;
}

type Predicate = (request: SeenRequest) => boolean;

/**
 * The network between the browser and the service: a reverse proxy that can slow answers down, hold requests back, lose
 * an answer after the service has acted, and cut every connection. What passes is passed unchanged.
 */
export class Gate {
  readonly requests: SeenRequest[] = [];
  private readonly sockets = new Set<Socket>();
  private delayMs = 0;
  private isCut = false;
  private toLose: Predicate | undefined;
  private held:
    { readonly matches: Predicate; readonly released: Promise<void>; readonly release: () => void } | undefined;
  private refused: Predicate = () => false;
  private isSilent = false;

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    readonly url: string,
    private readonly service: URL,
  ) {}

  static async open(serviceUrl: string): Promise<Gate> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const gate = new Gate(server, `http://127.0.0.1:${port}`, new URL(serviceUrl));
    server.on('connection', (socket: Socket) => {
      if (gate.isCut) return socket.destroy();
      gate.sockets.add(socket);
      socket.once('close', () => gate.sockets.delete(socket));
      return undefined;
    });
    server.on('request', (incoming, outgoing) => void gate.pass(incoming, outgoing).catch(() => outgoing.destroy()));
    return gate;
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  /** Everything as it was, and nothing seen yet; what is held back goes on. */
  reset(): void {
    this.delayMs = 0;
    this.isCut = false;
    this.toLose = undefined;
    this.held?.release();
    this.held = undefined;
    this.refused = () => false;
    this.isSilent = false;
    this.requests.length = 0;
  }

  /** Each answer waits this long before it goes back. */
  slow(delayMs: number): void {
    this.delayMs = delayMs;
  }

  /** Ends every connection and refuses new ones, until {@link mend}. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  /** Requests that match find no connection. */
  refuse(matches: Predicate): void {
    this.refused = matches;
  }

  /** The service acts on the next request that matches; its answer never arrives, and nobody is told so. */
  loseAnswerTo(matches: Predicate): void {
    this.toLose = matches;
  }

  /** Requests that match reach the service only when the returned function has been called. */
  hold(matches: Predicate): () => void {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    this.held = { matches, released, release };
    return () => {
      this.held = undefined;
      release();
    };
  }

  get transitions(): SeenRequest[] {
    return this.requests.filter(({ method }) => method === 'POST').filter(isTransition);
  }

  get streams(): SeenRequest[] {
    return this.requests.filter(({ path }) => path.endsWith('/events'));
  }

  /** Ends the connections of streams that are open, as a proxy in front of the service may. */
  dropStreams(): void {
    for (const drop of this.openStreams.values()) drop();
  }

  /** Streams stay open, but nothing comes through them until the returned function is called. */
  silenceStreams(): () => void {
    this.isSilent = true;
    return () => (this.isSilent = false);
  }

  private readonly openStreams = new Map<SeenRequest, () => void>();

  private async pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const isPreflight = incoming.method === 'OPTIONS';
    const seen = describeRequest(incoming, body.toString());
    if (!isPreflight) this.requests.push(seen);
    outgoing.once('close', () => (seen.isClosed = true));
    if (!isPreflight && this.refused(seen)) return void outgoing.destroy();
    if (!isPreflight && this.held?.matches(seen)) await this.held.released;
    const losesAnswer = !isPreflight && this.toLose?.(seen) === true;
    if (losesAnswer) this.toLose = undefined;

    const forward = httpRequest({
      host: this.service.hostname,
      port: this.service.port,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.headers,
      agent: false,
    });
    // A browser that goes away takes its stream with it, as it would without a proxy; a transition is on its way already.
    if (seen.path.endsWith('/events')) {
      this.openStreams.set(seen, () => outgoing.destroy());
      outgoing.once('close', () => {
        this.openStreams.delete(seen);
        forward.destroy();
      });
    }
    forward.once('error', () => outgoing.destroy());
    forward.end(body);
    const [answer] = (await once(forward, 'response')) as [IncomingMessage];
    if (losesAnswer) return void answer.resume();
    if (this.delayMs && !isPreflight) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    if (outgoing.destroyed) return void answer.destroy();
    seen.status = answer.statusCode;
    // Over a connection that was used before, Chromium sends a request again by itself when it is cut: a fault would count
    // twice.
    const headers = isPreflight ? { ...answer.headers, connection: 'close' } : answer.headers;
    outgoing.writeHead(answer.statusCode ?? 502, headers);
    outgoing.flushHeaders();
    if (!isStream(seen)) return void answer.pipe(outgoing);
    answer.on('data', (chunk) => this.isSilent || outgoing.write(chunk));
    answer.once('close', () => outgoing.end());
  }
}

const headerOf = (incoming: IncomingMessage, name: string): string | undefined => {
  const value = incoming.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

const describeRequest = (incoming: IncomingMessage, body: string): SeenRequest => ({
  method: incoming.method ?? '',
  path: new URL(incoming.url ?? '/', 'http://service').pathname,
  at: Date.now(),
  idempotencyKey: headerOf(incoming, 'idempotency-key'),
  ifMatch: headerOf(incoming, 'if-match'),
  lastEventId: headerOf(incoming, 'last-event-id'),
  authorization: headerOf(incoming, 'authorization'),
  body,
  status: undefined,
  isClosed: false,
});

export const isTransition: Predicate = ({ path }) => path.endsWith('/transitions');
export const isViewRead: Predicate = ({ method, path }) => method === 'GET' && /\/onboarding\/[\w-]+$/.test(path);
export const isStream: Predicate = ({ path }) => path.endsWith('/events');

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is done to the answer of one path. Headers are in lower case. */
export type Alteration = (answer: Answer, request: { readonly method: string; readonly body: string }) => Answer;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A wrong Auth0: passes everything on to a right one, and changes answers on the way. It is a domain of its own, which
 * the documents that it passes on are made to say too.
 */
export class AlteredAuth0 {
  /** By path; a path that ends with * stands for all that begin so. */
  alterations: Readonly<Record<string, Alteration>> = {};

  private constructor(
    private readonly target: string,
    private readonly host: string,
    private readonly server: Server,
  ) {}

  /** @param host `localhost` to be a canonical domain, `127.0.0.1` to be a custom one */
  static async start(target: string, host = 'localhost'): Promise<AlteredAuth0> {
    const server = createServer();
    const altered = new AlteredAuth0(target, host, server);
    server.on('request', (request, response) => {
      altered.pass(request, response).catch(() => response.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return altered;
  }

  get domain(): string {
    return `http://${this.host}:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const path = request.url ?? '/';
    const body = await textOf(request);
    const { authorization, 'content-type': type } = request.headers;
    const answer = await fetch(this.target + path, {
      method,
      headers: { ...(authorization && { authorization }), ...(type && { 'content-type': type }) },
      // What is asked about this domain is asked about the right one.
      ...(body && { body: body.replaceAll(this.domain, this.target) }),
    });
    const passed: Answer = {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: (await answer.text()).replaceAll(this.target, this.domain),
    };
    const { status, headers, body: text } = this.alterationOf(path)(passed, { method, body });
    const { 'content-length': _length, 'transfer-encoding': _encoding, connection: _connection, ...kept } = headers;
    response.sendDate = false;
    response.writeHead(status, kept).end(text);
  }

  private alterationOf(path: string): Alteration {
    const [pathname] = path.split('?') as [string];
    const found = Object.entries(this.alterations).find(([name]) =>
      name.endsWith('*') ? pathname.startsWith(name.slice(0, -1)) : pathname === name,
    );
    return found?.[1] ?? ((answer) => answer);
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

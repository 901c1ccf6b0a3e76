import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGzip } from 'node:zlib';

export interface CompressingProxy {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A reverse proxy that compresses as Express's `compression`, `next dev` and Apache's mod_deflate do: everything that the
 * client takes as gzip, except `no-transform` responses. It names the coding in the entity tag, as Apache does.
 */
export async function startCompressingProxy(target: string): Promise<CompressingProxy> {
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url = '' } = incoming;
    const upstream = request(`${target}${url}`, { method, headers }, (answer) => relay(incoming, answer, outgoing));
    upstream.on('error', () => outgoing.destroy());
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function relay({ headers: asked }: IncomingMessage, answer: IncomingMessage, outgoing: ServerResponse): void {
  const { statusCode: status = 502, headers } = answer;
  const isFixed = /\bno-transform\b/.test(headers['cache-control'] ?? '') || status === 204 || status === 304;
  if (isFixed || !/\bgzip\b/.test(String(asked['accept-encoding']))) {
    outgoing.writeHead(status, headers);
    answer.pipe(outgoing);
    return;
  }
  const { 'content-length': _, etag, ...kept } = headers;
  const tag = etag && { etag: etag.replace(/"$/, '-gzip"') };
  outgoing.writeHead(status, { ...kept, ...tag, 'content-encoding': 'gzip' });
  answer.pipe(createGzip()).pipe(outgoing);
}

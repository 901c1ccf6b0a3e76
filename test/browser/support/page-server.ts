import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { testRun } from '../../support/database.js';

const JSON_TYPE = 'application/json';
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** Serves what vite built from a folder with an `index.html`; on a port of its own, so an origin other than the service's. */
export class PageServer {
  /** Makes the document of `/rendered` from the built `index.html`; as a server that renders React would. */
  render: ((indexHtml: string, query: string) => string) | undefined;
  /** What the page finds in `/settings.json` when it is loaded next. */
  settings: object | undefined;

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    readonly url: string,
    private readonly folder: string,
  ) {}

  static async open(source: string, host = 'localhost'): Promise<PageServer> {
    const folder = await builtFrom(source);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const pages = new PageServer(server, `http://${host}:${(server.address() as AddressInfo).port}`, folder);
    server.on('request', (request, response) => {
      void pages.answer(new URL(request.url ?? '/', pages.url)).then(
        ({ type, body }) => response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' }).end(body),
        () => response.writeHead(404).end(),
      );
    });
    return pages;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer({ pathname, search }: URL): Promise<{ type: string; body: string | Buffer }> {
    if (pathname === '/settings.json') return { type: JSON_TYPE, body: JSON.stringify(this.settings) };
    const file = path.join(this.folder, path.normalize(pathname));
    const type = CONTENT_TYPES[path.extname(file)];
    if (type && !file.endsWith('.html')) return { type, body: await readFile(file) };
    const html = await readFile(path.join(this.folder, 'index.html'), 'utf8');
    const isRendered = pathname === '/rendered' && this.render !== undefined;
    return { type: CONTENT_TYPES['.html'] as string, body: isRendered ? this.render!(html, search) : html };
  }
}

/** The folder with the built page. Each is built once in a run; two who do so at once make the same. */
async function builtFrom(source: string): Promise<string> {
  const pages = path.join(testRun().folder, 'pages');
  const built = path.join(pages, path.basename(source));
  if (existsSync(built)) return built;
  await mkdir(pages, { recursive: true });
  const draft = await mkdtemp(`${built}-`);
  const vite = path.resolve('node_modules/vite/bin/vite.js');
  execFileSync(process.execPath, [vite, 'build', source, '--outDir', draft, '--emptyOutDir', '--logLevel', 'error'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  await rename(draft, built).catch(() => rm(draft, { recursive: true }));
  return built;
}

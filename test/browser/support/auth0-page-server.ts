import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import { fastify } from 'fastify';
import type { PageSettings } from '../auth0-page/settings.js';

/** The page that logs in with Auth0's SDKs, on an origin of its own. */
export interface Auth0PageServer {
  readonly origin: string;
  /** What the page finds when it is loaded next. */
  settings: PageSettings | undefined;
  close(): Promise<void>;
}

/** Bundles the page and serves it on a free port. */
export async function serveAuth0Page(): Promise<Auth0PageServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'foothold-auth0-page-'));
  const vite = ['node_modules/vite/bin/vite.js', 'build', 'test/browser/auth0-page', '--outDir', folder];
  execFileSync(process.execPath, [...vite, '--emptyOutDir', '--logLevel', 'error'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const app = fastify();
  await app.register(fastifyStatic, { root: folder });
  app.get('/settings.json', async () => served.settings);
  await app.ready();
  app.server.listen(0, 'localhost');
  await once(app.server, 'listening');
  const served: Auth0PageServer = {
    origin: `http://localhost:${(app.server.address() as { port: number }).port}`,
    settings: undefined,
    close: async () => {
      app.server.closeAllConnections();
      await app.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return served;
}

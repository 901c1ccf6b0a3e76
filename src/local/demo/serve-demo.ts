import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../http/problem.js';
import { repositoryFile } from '../repository-file.js';
import { WEB_CLIENT_ID } from '../stand-in/applications.js';
import type { StandIn } from '../stand-in/stand-in.js';
import { demoEndpoints, type DemoBackstage } from './demo.endpoints.js';

const SITE = 'client/demo/dist';
const SETTINGS_PLACE = '<script id="settings" type="application/json"></script>';
const A_YEAR_MS = 365 * 86_400_000;

/** Where the built demo is; undefined where it was not built, as without the development packages. */
export function findDemo(): string | undefined {
  const site = repositoryFile(SITE);
  return existsSync(path.join(site, 'index.html')) ? site : undefined;
}

/** Serves the demo at `/demo/`, and what is behind it at `/demo/api/`. Call it before the application listens. */
export async function serveDemo(app: NestFastifyApplication, site: string, backstage: DemoBackstage): Promise<void> {
  const page = await readFile(path.join(site, 'index.html'), 'utf8');
  const { standIn } = backstage;
  await app
    .getHttpAdapter()
    .getInstance()
    .register(
      async (demo: FastifyInstance) => {
        demo.addHook('onRequest', async (request, reply) => {
          refuseOtherNames(request);
          protectPage(reply, standIn);
        });
        demo.get('/', async (request, reply) =>
          reply
            .type('text/html; charset=utf-8')
            .header('cache-control', 'no-cache')
            .send(page.replace(SETTINGS_PLACE, settingsFor(request, standIn))),
        );
        await demo.register(fastifyStatic, {
          root: path.join(site, 'assets'),
          prefix: '/assets/',
          // Their names hold a hash of what is in them.
          maxAge: A_YEAR_MS,
          immutable: true,
          preCompressed: true,
          decorateReply: false,
        });
        await demo.register(demoEndpoints, { prefix: '/api', ...backstage });
      },
      { prefix: '/demo' },
    );
}

/** The host names of the local run. */
const LOCAL_NAMES = ['localhost', '127.0.0.1'];

/**
 * An attacker's page can lead its own host name to this machine (DNS rebinding). To the browser the demo is then of the same
 * origin, so neither CORS nor the content type keeps that page from the switches; the Host header gives it away.
 */
function refuseOtherNames({ hostname }: FastifyRequest): void {
  if (LOCAL_NAMES.includes(hostname)) return;
  throw new Problem('forbidden', `The demo is served at ${LOCAL_NAMES.join(' and ')} only; open it there.`);
}

/** The page runs its own scripts only and talks to the service and to Auth0; its component library sets styles. */
function protectPage(reply: FastifyReply, { domain, customDomain }: StandIn): void {
  const auth0 = `${domain} ${customDomain}`;
  void reply.header(
    'content-security-policy',
    [
      `default-src 'self'`,
      `style-src 'self' 'unsafe-inline'`,
      `img-src 'self' data:`,
      `connect-src 'self' ${auth0}`,
      `frame-src ${auth0}`,
      `frame-ancestors 'none'`,
      `base-uri 'none'`,
      `form-action ${auth0}`,
    ].join('; '),
  );
}

/**
 * Which Auth0 the page is to use: the one on its own host name, since the login's cookie belongs to one. So the same
 * person on `localhost` and on `127.0.0.1` is on two devices.
 */
function settingsFor({ hostname }: FastifyRequest, { domain, customDomain, audience }: StandIn): string {
  const isCustom = hostname === new URL(customDomain).hostname;
  const settings = { auth0: isCustom ? customDomain : domain, clientId: WEB_CLIENT_ID, audience };
  return SETTINGS_PLACE.replace('></', `>${JSON.stringify(settings).replaceAll('<', '\\u003c')}</`);
}

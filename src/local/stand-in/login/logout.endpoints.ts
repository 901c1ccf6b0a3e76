import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Tenant } from '../tenant.js';
import { messagePage } from './login-page.js';
import { sendPage } from './page.js';

/** `/v2/logout`, and its OpenID Connect form `/oidc/logout`: end the browser's session, then lead back to the application. */
export function registerLogoutEndpoints(app: FastifyInstance, tenant: Tenant): void {
  app.get('/v2/logout', { config: { operation: 'logout' } }, (request, reply) =>
    logOut(request, reply, tenant, 'returnTo'),
  );
  app.get('/oidc/logout', { config: { operation: 'logout' } }, (request, reply) =>
    logOut(request, reply, tenant, 'post_logout_redirect_uri'),
  );
}

async function logOut(
  request: FastifyRequest,
  reply: FastifyReply,
  { sessions, urls }: Tenant,
  parameter: 'returnTo' | 'post_logout_redirect_uri',
): Promise<FastifyReply> {
  const query = request.query as Readonly<Record<string, string | string[]>>;
  const returnTo = query[parameter];
  if (returnTo !== undefined && !(typeof returnTo === 'string' && urls.allowsLogout(returnTo))) {
    const title = 'Logout URL mismatch';
    const explanation = `The ${parameter} “${returnTo.toString()}” is not among the allowed logout URLs.`;
    return sendPage(reply, { status: 400, title, content: messagePage(title, explanation) });
  }
  await sessions.end(request, reply);
  if (returnTo === undefined) {
    const title = 'Logged out';
    return sendPage(reply, { title, content: messagePage(title, 'You may close this page.') });
  }
  const url = new URL(returnTo);
  if (typeof query['state'] === 'string') url.searchParams.set('state', query['state']);
  return reply.header('cache-control', 'no-store').redirect(url.href, 302);
}

import { fastify, type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import { Auth0Error } from './auth0-error.js';
import { registerControlEndpoints } from './control/control.endpoints.js';
import { interceptRequests } from './control/interception.js';
import { registerDiscoveryEndpoints } from './discovery.endpoints.js';
import { issuerOf } from './issuer.js';
import { registerLoginEndpoints } from './login/login.endpoints.js';
import { registerLogoutEndpoints } from './login/logout.endpoints.js';
import { ManagementAccess } from './management/management-access.js';
import { registerUsersEndpoints } from './management/users.endpoints.js';
import { registerSignupEndpoint } from './signup.endpoint.js';
import type { Tenant } from './tenant.js';
import { registerTokenEndpoint } from './token.endpoint.js';
import { registerUserinfoEndpoint } from './userinfo.endpoint.js';

const BODY_LIMIT_BYTES = 200_000;
/** Of enterprise connections they hold a whole e-mail address. */
const LONGEST_USER_ID = 500;
/** auth0-spa-js sends `auth0-client` with every token request. */
const CORS_HEADERS = {
  'access-control-allow-methods': 'GET, POST, PATCH, PUT, DELETE, OPTIONS',
  'access-control-allow-headers': 'authorization, content-type, auth0-client',
  'access-control-max-age': '600',
  vary: 'Origin',
};

/** The stand-in's endpoints, not yet listening. */
export async function buildApp(tenant: Tenant): Promise<FastifyInstance> {
  const { clock, keys, people, rateLimit, urls } = tenant;
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    logger: false,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    routerOptions: { maxParamLength: LONGEST_USER_ID },
  });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(body as string)));
  });
  app.addHook('onRequest', async (request, reply) => {
    issuerOf(request);
    const { origin } = request.headers;
    if (origin && (urls.allowsOrigin(origin) || isControl(request))) {
      void reply.headers({ ...CORS_HEADERS, 'access-control-allow-origin': origin });
    }
    if (request.method === 'OPTIONS') await reply.status(204).send();
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.status(404).send({ statusCode: 404, error: 'Not Found', message: 'Not Found' }),
  );
  app.setErrorHandler((error: FastifyError | Auth0Error, _request, reply) => {
    if (error instanceof Auth0Error) return reply.status(error.status).send(error.body);
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.status(status).send({ error: 'invalid_request', error_description: error.message });
    process.stderr.write(`The Auth0 stand-in failed: ${error.stack}\n`);
    return reply.status(500).send({ error: 'server_error', error_description: 'Internal Server Error' });
  });
  interceptRequests(app, tenant);
  registerControlEndpoints(app, tenant);
  registerDiscoveryEndpoints(app, keys);
  registerTokenEndpoint(app, tenant);
  registerSignupEndpoint(app, people);
  registerLoginEndpoints(app, tenant);
  registerLogoutEndpoints(app, tenant);
  registerUserinfoEndpoint(app, tenant);
  registerUsersEndpoints(app, people, new ManagementAccess(keys, clock, rateLimit));
  await app.ready();
  return app;
}

/** Its own hook decides which pages may use it. */
const isControl = ({ url }: FastifyRequest): boolean => url.startsWith('/_control');

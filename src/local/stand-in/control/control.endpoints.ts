import type { FastifyInstance } from 'fastify';
import { Auth0Error } from '../auth0-error.js';
import { RATE_PLANS, type RatePlan } from '../../../config/rate-plan.js';
import { OPERATIONS, type Operation } from '../operation.js';
import type { NewPerson } from '../people.js';
import type { Tenant } from '../tenant.js';
import { FAULT_KINDS, type FaultRequest } from './fault.js';

const LOOPBACK_ORIGIN = /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/;
const LONGEST_SKEW_SECONDS = 10 * 365 * 86_400;

const body = (required: readonly string[], properties: object): { readonly body: object } => ({
  body: { type: 'object', required, properties, additionalProperties: false },
});

const milliseconds = { type: 'integer', minimum: 1, maximum: 86_400_000 };
const metadata = { type: 'object' };

const FAULT = body(['operation', 'kind'], {
  operation: { enum: ['any', ...OPERATIONS] },
  kind: { enum: FAULT_KINDS },
  count: { type: 'integer', minimum: 1 },
  durationMs: milliseconds,
  status: { type: 'integer', minimum: 500, maximum: 599 },
  delayMs: milliseconds,
});
const RATE_PLAN = body(['plan'], { plan: { enum: RATE_PLANS } });
const CLOCK = body(['skewSeconds'], {
  skewSeconds: { type: 'integer', minimum: -LONGEST_SKEW_SECONDS, maximum: LONGEST_SKEW_SECONDS },
});
const PEOPLE = {
  body: {
    type: 'array',
    minItems: 1,
    items: {
      type: 'object',
      required: ['id'],
      properties: {
        id: { type: 'string', pattern: '^[^|\\s]+\\|.+$' },
        email: { type: 'string' },
        appMetadata: metadata,
        userMetadata: metadata,
      },
      additionalProperties: false,
    },
  },
};
const REQUESTS = {
  querystring: {
    type: 'object',
    properties: { operation: { enum: OPERATIONS } },
    additionalProperties: false,
  },
};

/**
 * `/_control/…`: switches that break the stand-in on purpose, and what was asked of it. No part of Auth0; a web page from
 * elsewhere may not touch them.
 */
export function registerControlEndpoints(app: FastifyInstance, tenant: Tenant): void {
  const { clock, faults, keys, people, rateLimit, requests } = tenant;
  void app.register(
    async (control) => {
      control.addHook('onRequest', async ({ headers: { origin } }) => {
        if (origin && !LOOPBACK_ORIGIN.test(origin)) {
          throw Auth0Error.oauth(403, 'forbidden', `The controls are closed to pages of ${origin}`);
        }
      });

      control.get('/', async () => ({ plan: rateLimit.plan, skewSeconds: clock.skewSeconds, faults: faults.list() }));

      control.get('/faults', async () => faults.list());
      control.post<{ Body: FaultRequest }>('/faults', { schema: FAULT }, async (request, reply) =>
        reply.status(201).send(faults.add(request.body)),
      );
      control.delete('/faults', async (_request, reply) => {
        faults.clear();
        return reply.status(204).send();
      });
      control.delete<{ Params: { id: string } }>('/faults/:id', async ({ params: { id } }, reply) => {
        if (!faults.remove(id)) throw Auth0Error.oauth(404, 'not_found', `No fault ${id} is switched on`);
        return reply.status(204).send();
      });

      control.get<{ Querystring: { operation?: Operation } }>('/requests', { schema: REQUESTS }, async ({ query }) =>
        requests.list(query.operation),
      );
      control.delete('/requests', async (_request, reply) => {
        requests.clear();
        return reply.status(204).send();
      });

      control.put<{ Body: { plan: RatePlan } }>('/rate-plan', { schema: RATE_PLAN }, async (request) => {
        rateLimit.plan = request.body.plan;
        return { plan: rateLimit.plan };
      });
      control.put<{ Body: { skewSeconds: number } }>('/clock', { schema: CLOCK }, async (request) => {
        clock.skewSeconds = request.body.skewSeconds;
        return { skewSeconds: clock.skewSeconds };
      });
      control.post('/keys/rotate', async () => ({ kid: await keys.rotate() }));

      control.post<{ Body: NewPerson[] }>('/people', { schema: PEOPLE }, async (request, reply) => {
        await people.import(request.body);
        return reply.status(201).send({ imported: request.body.length });
      });
      control.delete<{ Params: { id: string } }>('/people/:id', async ({ params: { id } }, reply) => {
        if (!(await people.remove(id))) throw Auth0Error.oauth(404, 'not_found', `Nobody has the id ${id}`);
        return reply.status(204).send();
      });
    },
    { prefix: '/_control' },
  );
}

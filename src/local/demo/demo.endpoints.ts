import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LocalSetupError } from '../local-setup-error.js';
import type { StandIn } from '../stand-in/stand-in.js';
import type { DatabaseSwitch } from './database-switch.js';
import type { Order, PaymentProvider } from './payment-provider.js';
import { readAuth0, readDatabase, type ThreeLevels } from './three-levels.js';
import type { WorkspaceDisk } from './workspace-disk.js';

/** What the demo can look into and break. */
export interface DemoBackstage {
  readonly standIn: StandIn;
  readonly database: DatabaseSwitch;
  /** Of the role that owns the tables. */
  readonly databaseUrl: string;
  readonly disk: WorkspaceDisk;
  readonly payments: PaymentProvider;
}

const object = (properties: Readonly<Record<string, unknown>>): object => ({
  type: 'object',
  required: Object.keys(properties),
  properties,
  additionalProperties: false,
});
const uuid = { type: 'string', format: 'uuid' };
/** As `type: 'boolean'`, Fastify would make false of null, and true of 1. */
const SWITCH = { body: object({ on: { enum: [true, false] } }) };
const TENANT = { querystring: object({ tenantId: uuid }) };
const PAYMENT = {
  body: object({
    tenantId: uuid,
    plan: { enum: ['professional', 'enterprise'] },
    billingCycle: { enum: ['monthly', 'six_monthly', 'yearly'] },
    card: { type: 'string', pattern: '^\\d{16}$' },
  }),
};

interface Switches {
  readonly database: boolean;
  readonly disk: boolean;
}

/**
 * `/demo/api/…`: the pretend payment provider, and what the demo's panel shows and breaks. Of local runs only. Only JSON
 * is taken, which a page of another origin may not send.
 */
export async function demoEndpoints(app: FastifyInstance, backstage: DemoBackstage): Promise<void> {
  const { standIn, database, disk, payments } = backstage;
  const switches = async (): Promise<Switches> => ({ database: database.isOn, disk: await disk.isPlugged() });

  app.get('/switches', switches);
  app.put<{ Body: { on: boolean } }>('/switches/database', { schema: SWITCH }, async ({ body }, reply) => {
    try {
      await database.turn(body.on);
    } catch (error) {
      if (!(error instanceof LocalSetupError)) throw error;
      return reply.status(409).send({ detail: error.message });
    }
    return switches();
  });
  app.put<{ Body: { on: boolean } }>('/switches/disk', { schema: SWITCH }, async ({ body }) => {
    await disk.plug(body.on);
    return switches();
  });

  app.get<{ Querystring: { tenantId: string } }>('/levels', { schema: TENANT }, async (request, reply) => {
    const subject = subjectOf(request, standIn);
    if (subject === undefined)
      return reply.status(401).send({ detail: 'Log in: the levels of one person are theirs.' });
    const { tenantId } = request.query;
    const levels: ThreeLevels = {
      database: database.isOn ? await readDatabase(backstage.databaseUrl, tenantId, subject).catch(() => null) : null,
      auth0: readAuth0(standIn, tenantId, subject),
    };
    return levels;
  });

  app.post<{ Body: Order & { card: string } }>('/payments', { schema: PAYMENT }, async ({ body }, reply) => {
    const { card, ...order } = body;
    return reply.status(201).send({ outcome: await payments.charge(order, card) });
  });
}

/** Who the bearer of an access token is; undefined for nobody. */
function subjectOf({ headers }: FastifyRequest, { keys, audience, clock }: StandIn): string | undefined {
  const token = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  const claims = keys.verify(token) as { sub: string; aud: string | string[]; exp: number } | undefined;
  const isGood = claims?.aud.includes(audience) && claims.exp > clock.seconds();
  return isGood ? claims?.sub : undefined;
}

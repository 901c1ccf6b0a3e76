import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { fastify, type FastifyRequest } from 'fastify';
import jwt, { type JwtPayload } from 'jsonwebtoken';
import { Pool } from 'pg';
import { readFloorSettings } from './settings.js';
import { TENANT_CLAIM } from './tenant-claim.js';

/*
 * The least that an HTTP service on this row can cost: bare Fastify, the driver with named prepared statements, and a
 * signature check with a parsed key. No framework, no rules, no tenants, no row-level security, no log.
 */

interface Progress {
  readonly steps: Record<string, { status?: string; at?: string; by?: string }>;
  readonly data: Record<string, object>;
  readonly revision: number;
  readonly flow_version: number;
  readonly started_at: Date | null;
  readonly updated_at: Date;
}

interface Caller {
  readonly subject: string;
  readonly tenantId: string;
}

interface TransitionBody {
  readonly step: string;
  readonly action: 'save' | 'complete';
  readonly data?: object;
}

const COLUMNS = 'steps, data, revision, flow_version, started_at, updated_at';
const OF_THIS_ROW = `WHERE tenant_id = $1 AND flow_key = $2 AND subject = ''`;

const READ = { name: 'read', text: `SELECT ${COLUMNS} FROM foothold.onboarding_progress ${OF_THIS_ROW}` };
const LOCK = { name: 'lock', text: `${READ.text} FOR UPDATE` };
const UPDATE = {
  name: 'update',
  text: `UPDATE foothold.onboarding_progress
    SET steps = $3, data = $4, revision = $5, started_at = coalesce(started_at, $6), updated_at = $6 ${OF_THIS_ROW}`,
};
const INSERT_HISTORY = {
  name: 'insert_history',
  text: `INSERT INTO foothold.onboarding_history (tenant_id, flow_key, subject, revision, other_revision, flow_version,
      action, step, effects, actor, actor_kind, operation_key, recorded_at)
    VALUES ($1, $2, '', $3, 0, $4, $5, $6, $7, $8, 'member', $9, $10)`,
};
const INSERT_OPERATION = {
  name: 'insert_operation',
  text: `INSERT INTO foothold.operation
      (tenant_id, actor, key, request_hash, applied, flow_key, subject, revision, created_at)
    VALUES ($1, $2, $3, '', true, $4, '', $5, $6)`,
};

const settings = readFloorSettings(process.env);
const key = await fetchKey(settings.jwksUri);
const pool = new Pool({ connectionString: settings.databaseUrl, max: 10 });
const app = fastify();

app.get<{ Params: { flow: string } }>('/v1/onboarding/:flow', async (request, reply) => {
  const { tenantId } = callerOf(request);
  const { rows } = await pool.query<Progress>({ ...READ, values: [tenantId, request.params.flow] });
  return rows[0] ?? reply.code(404).send();
});

app.post<{ Params: { flow: string }; Body: TransitionBody; Headers: { 'idempotency-key': string } }>(
  '/v1/onboarding/:flow/transitions',
  {
    schema: {
      headers: { type: 'object', properties: { 'idempotency-key': { type: 'string' } }, required: ['idempotency-key'] },
      body: {
        type: 'object',
        properties: {
          step: { type: 'string', maxLength: 100 },
          action: { type: 'string', enum: ['save', 'complete'] },
          data: { type: 'object' },
        },
        required: ['step', 'action'],
        additionalProperties: false,
      },
    },
  },
  async (request, reply) => {
    const { headers, params, body } = request;
    const progress = await transition(callerOf(request), params.flow, headers['idempotency-key'], body);
    return progress ?? reply.code(404).send();
  },
);

await app.listen({ port: settings.port, host: '127.0.0.1' });

/** Six round trips: begin, read and lock, update, history, operation, commit. */
async function transition(
  { subject, tenantId }: Caller,
  flow: string,
  operationKey: string,
  { step, action, data }: TransitionBody,
): Promise<Progress | undefined> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<Progress>({ ...LOCK, values: [tenantId, flow] });
    const [before] = rows;
    if (!before) {
      await client.query('ROLLBACK');
      return undefined;
    }
    const now = new Date();
    const status = action === 'complete' ? 'completed' : (before.steps[step]?.status ?? 'in_progress');
    const after: Progress = {
      ...before,
      steps: { ...before.steps, [step]: { status, at: now.toISOString(), by: subject } },
      data: { ...before.data, [step]: { ...before.data[step], ...data } },
      revision: before.revision + 1,
      started_at: before.started_at ?? now,
      updated_at: now,
    };
    const { steps, data: allData, revision, flow_version } = after;
    const effects = JSON.stringify([{ kind: 'data', step, merge: data }]);
    await client.query({
      ...UPDATE,
      values: [tenantId, flow, JSON.stringify(steps), JSON.stringify(allData), revision, now],
    });
    await client.query({
      ...INSERT_HISTORY,
      values: [tenantId, flow, revision, flow_version, action, step, effects, subject, operationKey, now],
    });
    await client.query({ ...INSERT_OPERATION, values: [tenantId, subject, operationKey, flow, revision, now] });
    await client.query('COMMIT');
    return after;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

/** Throws 401 when there is no good token. */
function callerOf({ headers }: FastifyRequest): Caller {
  try {
    const token = headers.authorization?.slice('Bearer '.length) ?? '';
    const { issuer, audience } = settings;
    const claims = jwt.verify(token, key, { algorithms: ['RS256'], issuer, audience }) as JwtPayload;
    return { subject: claims.sub as string, tenantId: claims[TENANT_CLAIM] as string };
  } catch (error) {
    throw Object.assign(new Error('unauthenticated', { cause: error }), { statusCode: 401 });
  }
}

async function fetchKey(uri: string) {
  const { keys } = (await (await fetch(uri)).json()) as { keys: JsonWebKey[] };
  return createPublicKey({ key: keys[0] as JsonWebKey, format: 'jwk' });
}

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '../../../src/config/config.js';
import { exampleDetail, PROBLEMS, type ProblemCode } from '../../../src/http/problem-codes.js';
import { createApp } from '../../../src/service.js';
import { ACCESS } from '../../attack/access-table.js';
import { ApiDocument, type Operation } from '../../attack/support/api-document.js';
import { seatCast, tokenOf, type Caller } from '../../attack/support/cast.js';
import { Wire, type Reply, type Request } from '../../attack/support/wire.js';
import { newSubject, TestService } from '../../support/service.js';
import { hurried, syncedApp } from '../../support/synced-app.js';
import { AnswerRecorder, withoutValues, type Prepared } from './answer-recorder.js';
import { tellStory } from './documented-story.js';
import { invented } from './example-kinds.js';
import { SINGLE_ANSWERS } from './single-answers.js';

/*
 * Every operation of the OpenAPI document is sent over HTTP, with success and with each refusal that it lists. A status or
 * header that the document lists and no answer had is named in NOT_MET, with the reason.
 */

/** Answered by the server before the request has a route; see cases-unreadable.e2e.test.ts. */
const NOT_MET_STATUS = 408;

/** 404: a route without path parameters is always found. 500: it reads the database only for an unknown flow. */
const NOT_MET: readonly string[] = [
  'get /v1/tenants 404',
  'post /v1/tenants 404',
  'post /v1/client-reads 500',
  'get /v1/jobs/dead-letters 404',
];

/** Codes that are answered elsewhere, where the test compares the sentence. */
const MET_ELSEWHERE: readonly ProblemCode[] = [
  'request_timeout',
  'reconciliation_required',
  'overloaded',
  'status_unknown',
];

const LARGER_THAN_ALLOWED = JSON.stringify({ reason: 'x'.repeat(140_000) });
/** Operations that are sent side by side: enough to be quick, too few to overload a busy machine. */
const LANES = 4;
const NO_DATABASE = 'postgres://foothold_app@127.0.0.1:1/foothold';

/** Ways to spoil a good request, by the status that each must get. */
interface Spoiling {
  readonly title: string;
  readonly status: number;
  readonly applies: (operation: Operation, listed: readonly number[]) => boolean;
  readonly spoil: (request: Request, operation: Operation) => Request;
}

const withBody =
  (body: string, type = 'application/json'): Spoiling['spoil'] =>
  (request) => ({
    ...request,
    headers: [...(request.headers ?? []).filter(([name]) => name !== 'Content-Type'), ['Content-Type', type]],
    body,
  });

const takesBody: Spoiling['applies'] = (_operation, listed) => listed.includes(413);

const SPOILT: readonly Spoiling[] = [
  {
    title: 'without a host',
    status: 400,
    applies: () => true,
    spoil: (request) => ({ ...request, withoutHost: true }),
  },
  { title: 'with half a body', status: 400, applies: takesBody, spoil: withBody('{"reason":') },
  {
    title: 'with an empty name in its path',
    status: 404,
    applies: ({ path }) => path.includes('{'),
    spoil: (request, { path }) => ({ ...request, path: path.replaceAll(/\{\w+\}/g, '') }),
  },
  { title: 'with too large a body', status: 413, applies: takesBody, spoil: withBody(LARGER_THAN_ALLOWED) },
  { title: 'with a body of another type', status: 415, applies: takesBody, spoil: withBody('reason', 'text/plain') },
  {
    title: 'with an unknown parameter',
    status: 422,
    applies: ({ isGuarded }) => isGuarded,
    spoil: (request) => ({ ...request, path: `${request.path}${request.path.includes('?') ? '&' : '?'}unknown=1` }),
  },
  {
    title: 'with too large headers',
    status: 431,
    applies: () => true,
    spoil: (request) => ({ ...request, headers: [...(request.headers ?? []), ['X-Long', 'x'.repeat(17_000)]] }),
  },
];

describe('the answers that the OpenAPI document promises', () => {
  const operations = Object.keys(ACCESS);
  let service: TestService;
  let document: ApiDocument;
  let recorder: AnswerRecorder;
  let unready: NestFastifyApplication;
  let wires: { readonly usual: Wire; readonly limited: Wire; readonly unready: Wire };
  /** A good request of every operation. */
  const good = new Map<string, Prepared>();

  beforeAll(async () => {
    service = await TestService.start({ create: syncedApp(hurried(200)) });
    const limited = await service.startAnother({ RATE_LIMIT_BURST: '1', RATE_LIMIT_PER_SECOND: '0.001' });
    unready = await createApp(loadConfig({ ...service.env, DATABASE_URL: NO_DATABASE }));
    await unready.listen({ port: 0, host: '127.0.0.1' });
    const [usual, other, third] = [service.url, limited, await unready.getUrl()].map((url) => new Wire(url));
    wires = { usual: usual!, limited: other!, unready: third! };
    document = await ApiDocument.of(service.url);
    recorder = new AnswerRecorder(service, document, wires.usual);
  });
  afterAll(async () => {
    for (const wire of Object.values(wires)) wire.close();
    await unready.close();
    await service.stop();
  });

  /** Sends something of every operation, side by side; returns what was answered otherwise than expected. */
  async function all(send: (name: string, operation: Operation) => Promise<string[]>): Promise<string[]> {
    const found: string[] = [];
    const left = [...operations];
    const lane = async (): Promise<void> => {
      for (let name = left.shift(); name !== undefined; name = left.shift()) {
        found.push(...(await send(name, recorder.operation(name))));
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return found;
  }
  const unlike = (what: string, expected: number, { status }: Reply): string[] =>
    status === expected ? [] : [`${what} is ${status} instead of ${expected}`];

  it.each(operations)('are met by a caller of each kind: %s', async (name) => {
    const cast = await seatCast(service);
    const sample = await recorder.prepare(name, 'owner', {}, cast);
    // Successes come last: they change what the others are about.
    for (const [status, caller] of oneCallerEach(name)) {
      const prepared = { ...sample, token: tokenOf(service, cast, caller) };
      if (status < 300) good.set(name, prepared);
      expect(unlike(caller, status, await recorder.send(prepared))).toEqual([]);
    }
  });

  it.each(SPOILT)('are met by a request $title', async ({ status, applies, spoil }) => {
    const wrong = await all(async (name, operation) => {
      if (!applies(operation, document.statusesOf(operation))) return [];
      const sample = good.get(name)!;
      const reply = await recorder.send({ ...sample, request: spoil(sample.request, operation) });
      return unlike(name, status, reply);
    });
    expect(wrong).toEqual([]);
  });

  it('are met by too many requests', async () => {
    const wrong = await all(async (name, { isGuarded }) => {
      if (!isGuarded) return [];
      const again = good.get(name)!;
      await recorder.send(again, wires.limited);
      return unlike(name, 429, await recorder.send(again, wires.limited));
    });
    expect(wrong).toEqual([]);
  });

  it('are what the examples of the document look like', async () => {
    await tellStory(recorder, service);
    const found = document.operations.flatMap((operation) => {
      const status = document.statusesOf(operation).find((listed) => listed >= 200 && listed < 300)!;
      const example = document.exampleOf(operation, status);
      if (example === undefined) return [];
      const answers = recorder.bodies(`${operation.name} ${status}`);
      return invented(example, answers).map((fault) => `${operation.name}: ${fault}`);
    });
    expect(found).toEqual([]);
  });

  it('are met by an erased person', async () => {
    const cast = await seatCast(service);
    const { owner, admin } = cast.subjects;
    const token = service.token(admin, { iat: Math.floor(Date.now() / 1000) - 60 });
    const data = `/v1/tenants/${cast.tenantId}/members/${encodeURIComponent(admin)}/data`;
    expect((await service.person(owner).delete(data)).status).toBe(200);
    const wrong = await all(async (name, operation) => {
      if (!document.statusesOf(operation).includes(410)) return [];
      const prepared = await recorder.prepare(name, 'admin', {}, cast);
      return unlike(name, 410, await recorder.send({ ...prepared, token }));
    });
    expect(wrong).toEqual([]);
  });

  it('are met by a member of two tenants who names none', async () => {
    const cast = await seatCast(service);
    await service.sql(
      `WITH joined AS (INSERT INTO foothold.member (tenant_id, subject, role, status, created_at, updated_at)
                       VALUES ($1, $2, 'member', 'active', now(), now()))
       INSERT INTO foothold.membership (tenant_id, subject, role, status) VALUES ($1, $2, 'member', 'active')`,
      [cast.neighbourTenantId, cast.subjects.owner],
    );
    const wrong = await all(async (name, { parameters }) => {
      if (!parameters.some((parameter) => parameter.name === 'X-Tenant-Id')) return [];
      const { request, ...prepared } = await recorder.prepare(name, 'owner', {}, cast);
      const headers = request.headers?.filter(([header]) => header !== 'X-Tenant-Id');
      return unlike(name, 409, await recorder.send({ ...prepared, request: { ...request, headers } }));
    });
    expect(wrong).toEqual([]);
  });

  it('are met by an archived tenant', async () => {
    const cast = await seatCast(service);
    const changes = document.operations.filter(
      (operation) => document.statusesOf(operation).includes(409) && ACCESS[operation.name]!.answers.operator < 300,
    );
    const prepared = await Promise.all(changes.map(({ name }) => recorder.prepare(name, 'operator', {}, cast)));
    await service.sql(`UPDATE foothold.tenant SET status = 'archived' WHERE tenant_id = $1`, [cast.tenantId]);
    await Promise.all(prepared.map((one) => recorder.send(one)));
  });

  it.each(SINGLE_ANSWERS)('include $status of $name: $title', async ({ status, code, send }) => {
    const reply = await send(recorder, service);
    expect([reply.status, code && JSON.parse(reply.text).code]).toEqual([status, code]);
  });

  it('are met without signing keys', async () => {
    const { id } = service.standIn.faults.add({ operation: 'jwks', kind: 'server_error' });
    const [, payload, signature] = service.token(newSubject()).split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'JWT', kid: 'unknown' })).toString('base64url');
    const token = [header, payload, signature].join('.');
    const wrong = await all(async (name, { isGuarded }) =>
      isGuarded ? unlike(name, 503, await recorder.send({ ...good.get(name)!, token })) : [],
    );
    service.standIn.faults.remove(id);
    expect(wrong).toEqual([]);
  });

  it('are met by a process without a database', async () => {
    await all(async (name) => (await recorder.send(good.get(name)!, wires.unready)) && []);
  });

  it('are met by a failure of the service', async () => {
    await service.sql(
      'REVOKE ALL ON ALL TABLES IN SCHEMA foothold, graphile_worker FROM foothold_app, foothold_worker',
    );
    await service.sql('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA foothold FROM foothold_app, foothold_worker, PUBLIC');
    await all(async (name) => {
      // A busy service may first say that it is.
      for (let left = 3; left > 0 && (await recorder.send(good.get(name)!)).status === 503; left -= 1);
      return [];
    });
  });

  it('are all met, but for those whose reason is known', () => {
    expect(recorder.missing().filter((name) => !name.endsWith(` ${NOT_MET_STATUS}`))).toEqual(NOT_MET);
  });

  it('have the detail of the table, or one like its example', () => {
    const details = recorder.details();
    const codes = Object.keys(PROBLEMS) as ProblemCode[];
    const missing = codes.filter((code) => {
      const met = [...(details.get(code) ?? [])].map((detail) => withoutValues(detail));
      return !met.includes(withoutValues(exampleDetail(code)));
    });
    expect(missing.filter((code) => !MET_ELSEWHERE.includes(code))).toEqual([]);
  });

  /** One caller for each status that the access table expects, the highest status first. */
  const oneCallerEach = (name: string): [number, Caller][] => {
    const callers = Object.entries(ACCESS[name]!.answers).map(
      ([caller, status]) => [status, caller as Caller] as const,
    );
    return [...new Map(callers)].toSorted(([one], [other]) => other - one);
  };
});

import { randomUUID } from 'node:crypto';
import { key } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { TestService } from '../support/service.js';
import { choosePlan } from '../support/workspace.js';
import { ApiDocument, type Operation } from './support/api-document.js';
import { seatCast, tokenOf, type Caller, type Cast } from './support/cast.js';
import { sampleRequest, type Values } from './support/sample-request.js';
import { fillTenant, tenantTables, type TenantTable } from './support/tenant-rows.js';
import { Wire, type Reply, type Request } from './support/wire.js';

/*
 * Every route of the OpenAPI document, called by people of other tenants with every id that the tenant has, in the path,
 * a header, the body and the query. A new route is in here by itself, and so are the ids of a new table.
 */

/** Nobody of these has any business in the tenant. */
const ATTACKERS = ['neighbour', 'stranger', 'removed'] as const satisfies Caller[];

/** Names under which a careless server might take a tenant or person from a query or body. */
const CARELESS = ['tenantId', 'tenant_id', 'tenant', 'subject', 'org_id', 'organizationId'];

const REFUSED = [403, 404, 422];

interface Probe {
  readonly at: string;
  readonly id: string;
  readonly request: Request;
  /** The id names what the request is about: nothing but a refusal will do. */
  readonly isNamed: boolean;
}

let service: TestService;
let document: ApiDocument;
let wire: Wire;
let cast: Cast;
let tables: TenantTable[];
/** Every id of the tenant but the colleague's. */
let ids: string[];
/** Occurs in what the tenant keeps; like the colleague's name it is never sent, so whoever answers it has told it. */
const marker = `whispered-${randomUUID()}`;

beforeAll(async () => {
  service = await TestService.start();
  document = await ApiDocument.of(service.url);
  wire = new Wire(service.url);
  cast = await seatCast(service);
  const owner = service.person(cast.subjects.owner);
  await choosePlan(owner);
  await owner.move({ step: 'business_info', action: 'save', data: { businessName: marker } }, key('of-the-tenant'));
  await (await service.payments()).attest(cast.tenantId, { step: 'payment', eventId: 'evt_of_the_tenant' });
  await service.person(cast.colleague).move({ step: 'profile', action: 'start' }, {}, 'member_tour');
  tables = await tenantTables(service.database);
  await fillTenant(service.database, tables, cast.tenantId, marker);
  ids = await idsOfTenant();
});
afterAll(async () => {
  wire.close();
  await service.stop();
});

/** What the primary keys of the tenant's rows hold, but for the names of flows and roles, which are everybody's. */
async function idsOfTenant(): Promise<string[]> {
  const known = new Set<string>([cast.tenantId, cast.organizationId]);
  for (const { name, key: primary, columns } of tables) {
    const named = columns.filter((column) => primary.includes(column.name) && ['uuid', 'text'].includes(column.type));
    for (const row of await service.sql(`SELECT * FROM foothold.${name} WHERE tenant_id = $1`, [cast.tenantId])) {
      for (const { name: column } of named) if (column !== 'flow_key' && row[column]) known.add(row[column]);
    }
  }
  known.delete(cast.colleague);
  return [...known];
}

/** What the workers that follow into Auth0 and into the rollup note of their own work, at any time; and counts of probes. */
const WORKER_NOTES = [
  'auth0_mirror',
  'auth0_mirror_tenant',
  'onboarding_position',
  'onboarding_funnel',
  'part_due',
  'rollup_claim',
  'audit_count',
];
const WORKER_MARK = 'delivered';

/** Everything that the tenant keeps, but for the worker's notes and what the probes themselves are remembered by. */
async function contentOfTenant(): Promise<Record<string, object[]>> {
  const probers: string[] = ATTACKERS.map((attacker) => cast.subjects[attacker]);
  const rows = await service.sql<{ table: string; row: { actor?: string } }>(
    tables
      .map(
        ({ name }) =>
          `SELECT '${name}' AS table, to_jsonb(t) - '${WORKER_MARK}' AS row FROM foothold.${name} t WHERE tenant_id = $1`,
      )
      .join(' UNION ALL ')
      .concat(' ORDER BY 1, 2'),
    [cast.tenantId],
  );
  const kept = rows.filter(({ table, row }) => table !== 'audit' || !probers.includes(row.actor!));
  const compared = tables.filter(({ name }) => !WORKER_NOTES.includes(name));
  return Object.fromEntries(
    compared.map(({ name }) => [name, kept.filter(({ table }) => table === name).map(({ row }) => row)]),
  );
}

function probesOf(operation: Operation): Probe[] {
  const own = cast.neighbourTenantId;
  const base: Values = { tenantId: own, id: own, subject: cast.subjects.neighbour, flow: 'workspace' };
  const sample = (values: Values): Request => sampleRequest(document, operation, { ...base, ...values });
  const inPath = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
  const inHeaders = operation.parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name);
  const inQuery = operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  const good = sample({});
  const body = (good.body === undefined ? {} : JSON.parse(good.body)) as object;
  const properties = Object.keys((operation.body && document.resolve(operation.body)['properties']) ?? {});
  const withQuery = (text: string): Request => ({
    ...good,
    path: `${good.path}${good.path.includes('?') ? '&' : '?'}${text}`,
  });

  const probes: Probe[] = [];
  const add = (at: string, id: string, request: Request, isNamed: boolean): void =>
    void probes.push({ at, id, request, isNamed });
  for (const id of ids) {
    for (const name of inPath) add(`path {${name}}`, id, sample({ [name]: id }), true);
    for (const name of inHeaders) add(`header ${name}`, id, sample({ [name]: id }), name === 'X-Tenant-Id');
    // Names that the route does not know are tried with what names the tenant, the first two.
    const careless = ids.indexOf(id) < 2 ? CARELESS : [];
    for (const name of new Set([...inQuery, ...careless])) {
      add(`query ${name}`, id, withQuery(`${name}=${encodeURIComponent(id)}`), false);
    }
    if (!operation.body) continue;
    for (const name of new Set([...properties, ...careless])) {
      const isUnknown = !properties.includes(name);
      add(`body ${name}`, id, { ...good, body: JSON.stringify({ ...body, [name]: id }) }, isUnknown);
    }
  }
  // The tenant's own path whole, as one of its members would send it, and so with the header.
  if (inPath.includes('tenantId') || inPath.includes('id')) {
    const { tenantId, colleague } = cast;
    add('path, whole', tenantId, sample({ tenantId, id: tenantId, subject: colleague }), true);
  }
  if (!inHeaders.includes('X-Tenant-Id')) {
    add(
      'header X-Tenant-Id',
      cast.tenantId,
      { ...good, headers: [...good.headers!, ['X-Tenant-Id', cast.tenantId]] },
      false,
    );
  }
  return probes;
}

type Attacker = (typeof ATTACKERS)[number];

/** Fewer than the service has connections, because one person's transitions wait for each other. */
const AT_ONCE = 6;

/** Some probes at once; but of streams a person may have only so many. */
async function faultsOf(operation: Operation, attacker: Attacker): Promise<string[]> {
  const probes = probesOf(operation);
  const faults: (string | undefined)[] = [];
  const width = operation.isStream ? 1 : AT_ONCE;
  for (let start = 0; start < probes.length; start += width) {
    const some = probes.slice(start, start + width).map((probe) => faultOf(operation, attacker, probe));
    faults.push(...(await Promise.all(some)));
  }
  return faults.filter((fault) => fault !== undefined);
}

async function answerTo({ request }: Probe, attacker: Attacker): Promise<Reply> {
  const authorization = ['Authorization', `Bearer ${tokenOf(service, cast, attacker)}`] as const;
  let reply: Reply | undefined;
  await eventually(async () => {
    reply = await wire.send({ ...request, headers: [...request.headers!, authorization] });
    // The service has not yet noticed that the streams before this one were closed.
    return reply.status !== 429;
  });
  return reply!;
}

/** What is wrong about an answer to a probe; undefined if nothing is. */
async function faultOf(operation: Operation, attacker: Attacker, probe: Probe): Promise<string | undefined> {
  const { status, text } = await answerTo(probe, attacker);
  // An address with the colleague's name is repeated in the refusal.
  const said = text.replaceAll(encodeURIComponent(cast.colleague), '');
  const told = [marker, cast.colleague].filter((secret) => said.includes(secret));
  const isRefused = REFUSED.includes(status) || (!probe.isNamed && status < 500);
  if (isRefused && told.length === 0) return undefined;
  return `${attacker}: ${operation.name}, ${probe.at} ${probe.id}: ${status} ${text}`;
}

it('has something to find', async () => {
  // The tenant, its organisation, four people, an event, an operation and an entry of the audit.
  expect(ids.length).toBeGreaterThanOrEqual(9);
  const content = await contentOfTenant();
  expect(Object.keys(content).filter((table) => content[table]!.length === 0)).toEqual([]);
  expect(JSON.stringify((await service.person(cast.subjects.owner).view()).body)).toContain(marker);
});

it('tells nothing of a tenant to anybody else and lets them change nothing, on every route and with every id', async () => {
  for (const operation of document.operations.filter(({ isGuarded }) => isGuarded)) {
    const before = await contentOfTenant();
    for (const attacker of ATTACKERS) {
      expect(await faultsOf(operation, attacker)).toEqual([]);
    }
    expect({ after: operation.name, ...(await contentOfTenant()) }).toEqual({ after: operation.name, ...before });
  }
}, 180_000);

it('does not tell a tenant that exists from one that does not', async () => {
  const { requestId: _one, ...existing } = (await service.person(cast.subjects.stranger).inTenant(cast.tenantId).view())
    .body;
  const { requestId: _other, ...unknown } = (await service.person(cast.subjects.stranger).inTenant(randomUUID()).view())
    .body;
  expect(existing).toEqual(unknown);
});

import { ApiDocument, type Operation } from '../attack/support/api-document.js';
import { seatCast, tokenOf, type Caller, type Cast } from '../attack/support/cast.js';
import { sampleRequest, type Values } from '../attack/support/sample-request.js';
import { Wire } from '../attack/support/wire.js';
import { TestService } from '../support/service.js';
import { managementUrlOf } from '../support/management.js';

let service: TestService;
let wire: Wire;
let document: ApiDocument;
let cast: Cast;
beforeAll(async () => {
  service = await TestService.start();
  wire = new Wire(service.url);
  document = await ApiDocument.of(service.url);
  cast = await seatCast(service);
});
afterAll(async () => {
  wire.close();
  await service.stop();
});

interface Refusal {
  readonly status: number;
  readonly code?: string;
  readonly errors?: readonly { path: string; message: string }[];
}

/** A good request but for its query. */
async function ask(operation: Operation, query: string, caller: Caller, values: Values = {}): Promise<Refusal> {
  const places = { tenantId: cast.tenantId, subject: cast.colleague, flow: 'workspace' };
  const { path, headers = [], ...request } = sampleRequest(document, operation, { ...places, ...values });
  const token = tokenOf(service, cast, caller);
  const reply = await wire.send({
    ...request,
    path: path.split('?', 1)[0] + query,
    headers: token === undefined ? headers : [...headers, ['Authorization', `Bearer ${token}`]],
  });
  const isProblem = reply.contentType.startsWith('application/problem+json');
  return { status: reply.status, ...(isProblem && JSON.parse(reply.text)) };
}

/** The first caller who is let in, so that the shape of the request is looked at. */
async function admitted(operation: Operation, query: string): Promise<Refusal> {
  for (const caller of ['owner', 'operator'] as const) {
    const refusal = await ask(operation, query, caller);
    if (refusal.status !== 403) return refusal;
  }
  return ask(operation, query, 'attester');
}

const takenBy = ({ parameters }: Operation): string[] =>
  parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
const guarded = (): Operation[] => document.operations.filter(({ isGuarded }) => isGuarded);
const named = (operation: Operation, { status, errors }: Refusal) => [operation.name, status, errors?.[0]?.path];

test('C18: every guarded route refuses a parameter that it does not take, by name, and says which it takes', async () => {
  expect(guarded().length).toBeGreaterThan(30);
  for (const operation of guarded()) {
    const refusal = await admitted(operation, '?search=acme');
    expect(named(operation, refusal)).toEqual([operation.name, 422, 'search']);
    const { message } = refusal.errors![0]!;
    const taken = takenBy(operation);
    if (taken.length === 0) expect(message).toContain('takes no parameters');
    for (const name of taken) expect(message).toMatch(new RegExp(`\\b${name}\\b`));
  }
});

test('C18: a parameter that comes twice, or in other letters or with brackets, is refused by name', async () => {
  const withParameters = guarded().filter((operation) => takenBy(operation).length > 0);
  expect(withParameters.length).toBeGreaterThan(8);
  for (const operation of withParameters) {
    const [name] = takenBy(operation);
    const twice = await admitted(operation, `?${name}=1&${name}=2`);
    expect(named(operation, twice)).toEqual([operation.name, 422, name]);
    expect(twice.errors![0]!.message).toContain('more than once');
    const capital = `${name![0]!.toUpperCase()}${name!.slice(1)}`;
    for (const neighbour of [capital, `${name}[]`, `${name}[0]`, ` ${name}`]) {
      const refusal = await admitted(operation, `?${encodeURIComponent(neighbour)}=1`);
      expect(named(operation, refusal)).toEqual([operation.name, 422, neighbour]);
    }
  }
});

test('C18: every parameter that a route documents is one that it takes', async () => {
  for (const operation of guarded()) {
    const query = takenBy(operation).map((name) => `${name}=x`);
    const { errors } = await admitted(operation, `?${[...query, 'search=acme'].join('&')}`);
    expect([operation.name, errors?.map(({ path }) => path)]).toEqual([operation.name, ['search']]);
  }
});

const read = () => document.operations.find(({ name }) => name === 'get /v1/onboarding/{flow}')!;

const UNKNOWN: ReadonlyArray<readonly [name: string, query: string, path: string]> = [
  ['the prototype', '__proto__=1', '__proto__'],
  ['a constructor', 'constructor=1', 'constructor'],
  ['a value without a name', '=1', '(no name)'],
  ['a name without a value', 'search', 'search'],
  ['a secret', 'access_token=secret', 'access_token'],
  ['a name that is not UTF-8', '%E0%A4%A=%', '%E0%A4%A'],
  ['a long name', `${'x'.repeat(500)}=1`, `${'x'.repeat(99)}…`],
];
test.each(UNKNOWN)('C18: refuses %s as a parameter', async (_name, query, path) => {
  const refusal = await ask(read(), `?${query}`, 'owner');
  expect([refusal.status, refusal.code, refusal.errors?.[0]?.path]).toEqual([422, 'invalid_request', path]);
  expect(JSON.stringify(refusal)).not.toContain('secret');
});

test('C18: at most 20 parameters are named', async () => {
  const many = Array.from({ length: 200 }, (_, index) => `p${index}=1`).join('&');
  expect((await ask(read(), `?${many}`, 'owner')).errors).toHaveLength(20);
});

test('C18: a query that is empty is none', async () => {
  for (const query of ['?', '?&', '?&&']) expect((await ask(read(), query, 'owner')).status).toBe(200);
});

test('C18: the caller is authenticated first', async () => {
  expect((await ask(read(), '?search=acme', 'nobody')).status).toBe(401);
  expect((await ask(read(), '?search=acme', 'machine')).status).toBe(403);
  expect((await service.person().get('/v1/nothing?search=acme')).status).toBe(404);
});

test('C18: probes and scrapers may add what they like', async () => {
  const anonymous = service.anonymous();
  const operator = anonymous.at(managementUrlOf(service.url));
  for (const path of ['/health/live', '/health/ready', '/openapi.json']) {
    expect([path, (await anonymous.get(`${path}?t=1796000000`)).status]).toEqual([path, 200]);
  }
  for (const path of ['/health', '/metrics']) {
    expect([path, (await operator.get(`${path}?t=1796000000`)).status]).toEqual([path, 200]);
  }
});

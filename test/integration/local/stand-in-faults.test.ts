import { ManagementError } from 'auth0';
import { UsersClient } from 'auth0/users';
import { JwksClient } from 'jwks-rsa';
import type { FaultRequest } from '../../../src/local/stand-in/control/fault.js';
import type { StandIn } from '../../../src/local/stand-in/stand-in.js';
import { managementGrant, removeStandIns, requestToken, runStandIn, stopStandIns } from './support/stand-in-lab.js';

const ZOE = 'auth0|zoe';
/** When a caller gives up on an answer that never comes. */
const PATIENCE_MS = 500;

let standIn: StandIn;

beforeEach(async () => {
  standIn = await runStandIn({ ratePlan: 'enterprise' });
  await standIn.people.import([{ id: ZOE }]);
});

afterEach(stopStandIns);

afterAll(removeStandIns);

/** The SDK as the service uses it; `patienceMs` limits the whole answer, body included, which the SDK's own limit does not. */
async function usersClient(patienceMs?: number): Promise<UsersClient> {
  const { body } = await requestToken(standIn.domain, managementGrant(standIn));
  return new UsersClient({
    baseUrl: `${standIn.domain}/api/v2`,
    token: body.access_token,
    maxRetries: 0,
    // The SDK leaves a timer of this length behind when a connection fails.
    timeoutInSeconds: 5,
    fetch: (url: string | URL | Request, init?: RequestInit) =>
      fetch(url, patienceMs ? { ...init, signal: AbortSignal.timeout(patienceMs) } : init),
  });
}

const CALLS = {
  read_user: (users: UsersClient) => users.get(ZOE),
  write_user: (users: UsersClient) => users.update(ZOE, { app_metadata: { written: true } }),
};

type Call = keyof typeof CALLS;

const errorOf = (call: Promise<unknown>): Promise<any> =>
  call.then(
    (answer) => ({ answer }),
    (error: unknown) => error,
  );

const written = (): boolean => standIn.people.get(ZOE)?.appMetadata?.['written'] === true;
const logged = (operation: Call): unknown =>
  standIn.requests.list(operation).map(({ status, fault }) => ({ status, fault }));

describe.each(['read_user', 'write_user'] as const)('the SDK sees in a %s', (operation) => {
  async function meet(fault: Omit<FaultRequest, 'operation'>): Promise<any> {
    const keepsBack = fault.kind === 'hang' || fault.kind === 'stalled_body';
    const users = await usersClient(keepsBack ? PATIENCE_MS : undefined);
    standIn.faults.add({ operation, ...fault });
    return errorOf(CALLS[operation](users));
  }

  test('429 with the headers of an empty bucket', async () => {
    const error = await meet({ kind: 'rate_limited', delayMs: 5000 });
    expect(error).toBeInstanceOf(ManagementError);
    expect(error).toMatchObject({ statusCode: 429, body: { errorCode: 'too_many_requests' } });
    expect(error.rawResponse.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(Number(error.rawResponse.headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000 + 3);
    expect(written()).toBe(false);
  });

  test.each([500, 503])('an answer of %i in JSON', async (status) => {
    const error = await meet({ kind: 'server_error', status });
    expect(error).toMatchObject({ statusCode: status, body: { statusCode: status, error: expect.any(String) } });
    expect(logged(operation)).toEqual([{ status, fault: 'server_error' }]);
    expect(written()).toBe(false);
  });

  test('a gateway’s page of HTML', async () => {
    const error = await meet({ kind: 'bad_gateway' });
    expect(error).toMatchObject({ statusCode: 502, body: expect.stringContaining('<h1>502 Bad Gateway</h1>') });
    expect(error.rawResponse.headers.get('content-type')).toMatch('text/html');
    expect(written()).toBe(false);
  });

  test('no answer at all, until it gives up', async () => {
    const error = await meet({ kind: 'hang' });
    expect(error).toMatchObject({ statusCode: undefined, cause: { name: 'TimeoutError' } });
    expect(logged(operation)).toEqual([{ status: null, fault: 'hang' }]);
    expect(written()).toBe(false);
  });

  test('the beginning of an answer, and never its end', async () => {
    const error = await meet({ kind: 'stalled_body' });
    expect(error).toMatchObject({ statusCode: undefined, cause: { name: 'TimeoutError' } });
    expect(logged(operation)).toEqual([{ status: 200, fault: 'stalled_body' }]);
    expect(written()).toBe(operation === 'write_user');
  });

  test('a connection that is cut', async () => {
    const error = await meet({ kind: 'reset' });
    expect(error).toMatchObject({ statusCode: undefined, cause: { cause: { code: 'ECONNRESET' } } });
    expect(written()).toBe(false);
  });

  test('an answer that comes late, but is right', async () => {
    const began = performance.now();
    const { answer } = await meet({ kind: 'slow', delayMs: 60 });
    expect(answer).toMatchObject({ user_id: ZOE });
    expect(performance.now() - began).toBeGreaterThan(50);
  });

  test('401 until it has a new token', async () => {
    expect(await meet({ kind: 'unauthorized_until_new_token' })).toMatchObject({ statusCode: 401 });
    expect(await (await usersClient()).get(ZOE)).toMatchObject({ user_id: ZOE });
    expect(written()).toBe(false);
  });

  test('403 until it has a new token', async () => {
    const body = { errorCode: 'insufficient_scope' };
    expect(await meet({ kind: 'scope_missing_until_new_token' })).toMatchObject({ statusCode: 403, body });
    expect(await (await usersClient()).get(ZOE)).toMatchObject({ user_id: ZOE });
    expect(written()).toBe(false);
  });

  test('500 although it was done', async () => {
    expect(await meet({ kind: 'applied_but_500' })).toMatchObject({ statusCode: 500, body: { statusCode: 500 } });
    expect(written()).toBe(operation === 'write_user');
  });

  test('200 with what is no JSON', async () => {
    const { answer } = await meet({ kind: 'garbage' });
    // The SDK hands a body that it cannot parse on as if it were the answer.
    expect(answer).toMatchObject({ ok: false, error: { reason: 'non-json' } });
  });
});

describe('a token request meets', () => {
  const ask = (signal?: AbortSignal): Promise<Response> =>
    fetch(`${standIn.domain}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(managementGrant(standIn)),
      signal,
    });

  test.each([
    ['rate_limited', 429, { error: 'too_many_requests' }],
    ['server_error', 500, { error: 'server_error' }],
    ['applied_but_500', 500, { error: 'server_error' }],
    ['empty', 200, {}],
  ] as const)('%s in the form of the Authentication API', async (kind, status, body) => {
    standIn.faults.add({ operation: 'token', kind });
    const response = await ask();
    expect({ status: response.status, body: await response.json() }).toMatchObject({ status, body });
  });

  test('a cut connection, no answer, and half of one', async () => {
    standIn.faults.add({ operation: 'token', kind: 'reset', count: 1 });
    expect(await errorOf(ask())).toMatchObject({ cause: { code: 'ECONNRESET' } });
    standIn.faults.add({ operation: 'token', kind: 'hang', count: 1 });
    expect(await errorOf(ask(AbortSignal.timeout(PATIENCE_MS)))).toMatchObject({ name: 'TimeoutError' });
    standIn.faults.add({ operation: 'token', kind: 'stalled_body', count: 1 });
    const response = await ask(AbortSignal.timeout(PATIENCE_MS));
    expect(response.status).toBe(200);
    expect(await errorOf(response.json())).toMatchObject({ name: 'TimeoutError' });
    expect((await ask()).status).toBe(200);
  });
});

describe('whoever fetches the signing keys meets', () => {
  const keys = (): Promise<unknown> =>
    new JwksClient({ jwksUri: `${standIn.domain}/.well-known/jwks.json`, timeout: 2 * PATIENCE_MS }).getSigningKeys();

  test.each([
    ['server_error', /Internal Server Error/],
    ['reset', /ECONNRESET|socket hang up/],
    ['hang', /socket hang up/],
    ['garbage', /JSON/],
    ['empty', /did not contain any/],
  ] as const)('%s', async (kind, message) => {
    standIn.faults.add({ operation: 'jwks', kind, count: 1 });
    expect((await errorOf(keys())).message).toMatch(message);
    expect(await keys()).toHaveLength(1);
  });
});

describe('a fault', () => {
  test('meets as many requests as it was told to', async () => {
    const users = await usersClient();
    standIn.faults.add({ operation: 'read_user', kind: 'server_error', count: 2 });
    const statuses = [];
    for (let call = 0; call < 3; call += 1) statuses.push((await errorOf(users.get(ZOE))).statusCode);
    expect(statuses).toEqual([500, 500, undefined]);
    expect(standIn.faults.list()).toEqual([]);
  });

  test('ends after its time', async () => {
    standIn.faults.add({ operation: 'read_user', kind: 'server_error', durationMs: 30 });
    expect(standIn.faults.list()).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(standIn.faults.list()).toEqual([]);
  });

  test('leaves other operations alone, unless it is for any', async () => {
    const users = await usersClient();
    const { id } = standIn.faults.add({ operation: 'write_user', kind: 'server_error' });
    expect(await users.get(ZOE)).toMatchObject({ user_id: ZOE });
    expect(standIn.faults.remove(id)).toBe(true);
    standIn.faults.add({ operation: 'any', kind: 'server_error' });
    expect((await errorOf(users.get(ZOE))).statusCode).toBe(500);
    expect((await requestToken(standIn.domain, managementGrant(standIn))).status).toBe(500);
  });
});

describe('the controls', () => {
  const control = async (method: string, path: string, body?: unknown, headers: object = {}): Promise<any> => {
    const response = await fetch(`${standIn.domain}/_control${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : undefined };
  };

  test('switch faults on and off, and say which are on', async () => {
    const { status, body } = await control('POST', '/faults', { operation: 'token', kind: 'slow', delayMs: 1 });
    expect({ status, body }).toEqual({
      status: 201,
      body: { id: expect.any(String), operation: 'token', kind: 'slow', delayMs: 1 },
    });
    expect((await control('GET', '/faults')).body).toEqual([body]);
    expect((await control('GET', '')).body).toEqual({ plan: 'enterprise', skewSeconds: 0, faults: [body] });
    expect((await control('DELETE', `/faults/${body.id}`)).status).toBe(204);
    expect((await control('DELETE', `/faults/${body.id}`)).status).toBe(404);
    await control('POST', '/faults', { operation: 'any', kind: 'hang' });
    expect((await control('DELETE', '/faults')).status).toBe(204);
    expect((await control('GET', '/faults')).body).toEqual([]);
  });

  test('list what was asked, by operation, and forget it', async () => {
    const users = await usersClient();
    await users.update(ZOE, { app_metadata: { big: 'x'.repeat(11_000) } });
    await errorOf(users.get('auth0|nobody'));
    const { body } = await control('GET', '/requests');
    expect(body.map(({ operation, status }: any) => `${operation} ${status}`)).toEqual([
      'token 200',
      'write_user 200',
      'read_user 404',
    ]);
    expect((await control('GET', '/requests?operation=write_user')).body).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        operation: 'write_user',
        method: 'PATCH',
        path: '/api/v2/users/auth0%7Czoe',
        userId: ZOE,
        status: 200,
        warning: expect.stringMatching(/^The user profile is 11\d{3} bytes long, more than 10240$/),
      },
    ]);
    expect((await control('DELETE', '/requests')).status).toBe(204);
    expect((await control('GET', '/requests')).body).toEqual([]);
  });

  test('change the plan, the clock, the keys and who is there', async () => {
    await control('PUT', '/rate-plan', { plan: 'free' });
    await control('PUT', '/clock', { skewSeconds: 3600 });
    expect((await control('GET', '')).body).toMatchObject({ plan: 'free', skewSeconds: 3600 });
    const { body } = await requestToken(standIn.domain, managementGrant(standIn));
    const { iat } = JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString());
    expect(iat).toBeGreaterThan(Date.now() / 1000 + 3500);
    const { kid } = (await control('POST', '/keys/rotate')).body;
    expect(standIn.keys.publicKeys()[0]?.kid).toBe(kid);
    await control('POST', '/people', [{ id: 'auth0|max', appMetadata: { a: 1 } }]);
    expect(standIn.people.get('auth0|max')).toMatchObject({ appMetadata: { a: 1 } });
    expect((await control('DELETE', '/people/auth0%7Cmax')).status).toBe(204);
    expect(standIn.people.get('auth0|max')).toBeUndefined();
  });

  test.each([
    ['an operation that is none', '/faults', { operation: 'x', kind: 'hang' }, /operation must be equal to one of/],
    ['a kind that is none', '/faults', { operation: 'any', kind: 'x' }, /kind must be equal to one of/],
    ['a count of none', '/faults', { operation: 'any', kind: 'hang', count: 0 }, /count must be >= 1/],
    ['a member it does not know', '/faults', { operation: 'any', kind: 'hang', x: 1 }, /additional properties/],
    ['an id that is none', '/people', [{ id: 'x' }], /id must match pattern/],
  ])('refuse %s', async (_what, path, request, message) => {
    const { status, body } = await control('POST', path, request);
    expect({ status, message: body.error_description }).toEqual({
      status: 400,
      message: expect.stringMatching(message),
    });
  });

  test('are open to pages of this machine, and closed to those of others', async () => {
    expect((await control('GET', '', undefined, { origin: 'http://localhost:5173' })).status).toBe(200);
    expect((await control('GET', '', undefined, { origin: 'https://evil.example' })).status).toBe(403);
  });
});

import { ManagementError } from 'auth0';
import { UsersClient } from 'auth0/users';
import type { StandIn } from '../../../src/local/stand-in/stand-in.js';
import {
  managementGrant,
  passwordGrant,
  removeStandIns,
  requestToken,
  runStandIn,
  stopStandIns,
} from './support/stand-in-lab.js';

const ZOE = 'auth0|zoe';

let standIn: StandIn;
let users: UsersClient;

beforeEach(async () => {
  standIn = await runStandIn({ ratePlan: 'enterprise' });
  await standIn.people.import([{ id: ZOE, email: 'zoe@else.example' }]);
  users = await usersClient();
});

afterEach(stopStandIns);

afterAll(removeStandIns);

async function machineToken(change: object = {}): Promise<string> {
  const { body } = await requestToken(standIn.domain, { ...managementGrant(standIn), ...change });
  return body.access_token;
}

/** The SDK as the service uses it: no retries of its own. */
async function usersClient(token?: string): Promise<UsersClient> {
  const accessToken = token ?? (await machineToken());
  return new UsersClient({ baseUrl: `${standIn.domain}/api/v2`, token: accessToken, maxRetries: 0 });
}

async function refusal(call: Promise<unknown>): Promise<{ status?: number; body?: any; headers?: Headers }> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ManagementError)) throw new Error(`Not refused as expected: ${String(error)}`);
  const { statusCode, body, rawResponse } = error;
  return { status: statusCode, body, headers: rawResponse?.headers };
}

const appMetadata = async (): Promise<unknown> => (await users.get(ZOE)).app_metadata;

describe('users.get', () => {
  test('answers with the profile, without metadata that was never set', async () => {
    expect(await users.get(ZOE)).toEqual({
      user_id: ZOE,
      email: 'zoe@else.example',
      email_verified: true,
      name: 'zoe@else.example',
      nickname: 'zoe',
      identities: [
        { connection: 'Username-Password-Authentication', provider: 'auth0', user_id: 'zoe', isSocial: false },
      ],
      logins_count: 0,
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      updated_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  test('answers with the fields that were asked for, or with all the others', async () => {
    await users.update(ZOE, { app_metadata: { a: 1 }, user_metadata: { b: 2 } });
    expect(await users.get(ZOE, { fields: 'user_id,app_metadata' })).toEqual({ user_id: ZOE, app_metadata: { a: 1 } });
    const rest = await users.get(ZOE, { fields: 'user_id,app_metadata', include_fields: false });
    expect(rest).toMatchObject({ email: 'zoe@else.example', user_metadata: { b: 2 } });
    expect(rest).not.toHaveProperty('app_metadata');
  });

  test('finds a person whose id needs encoding, also a long one', async () => {
    const id = `samlp|acme saml|${'x'.repeat(120)}/ö?#%@acme.example`;
    await standIn.people.import([{ id }]);
    expect((await users.get(id)).user_id).toBe(id);
  });

  test('refuses an unknown person, and an id that is none', async () => {
    expect(await refusal(users.get('auth0|nobody'))).toMatchObject({
      status: 404,
      body: {
        statusCode: 404,
        error: 'Not Found',
        message: 'The user does not exist.',
        errorCode: 'inexistent_user',
      },
    });
    expect(await refusal(users.get('nobody'))).toMatchObject({ status: 400, body: { errorCode: 'invalid_uri' } });
  });
});

describe('users.update', () => {
  test('merges at the first level only', async () => {
    await users.update(ZOE, { app_metadata: { kept: 1, replaced: { x: 1, y: 2 } } });
    const answer = await users.update(ZOE, { app_metadata: { replaced: { y: 3 }, added: [1] } });
    expect(answer.app_metadata).toEqual({ kept: 1, replaced: { y: 3 }, added: [1] });
    expect(await appMetadata()).toEqual(answer.app_metadata);
  });

  test('removes a name that is set to null, and keeps nulls further inside', async () => {
    await users.update(ZOE, { app_metadata: { gone: 1, kept: { inner: null } } });
    await users.update(ZOE, { app_metadata: { gone: null, never: null } });
    expect(await appMetadata()).toEqual({ kept: { inner: null } });
  });

  test('clears everything when it is sent an empty object', async () => {
    await users.update(ZOE, { app_metadata: { a: 1 }, user_metadata: { b: 2 } });
    await users.update(ZOE, { app_metadata: {} });
    expect(await appMetadata()).toEqual({});
    expect(await users.get(ZOE)).toMatchObject({ user_metadata: { b: 2 } });
  });

  test('loses none of fifty names that are written at once, and they outlive a restart', async () => {
    const names = Array.from({ length: 49 }, (_, index) => `name_${index}`);
    await Promise.all(names.map((name) => users.update(ZOE, { app_metadata: { [name]: true } })));
    await stopStandIns();
    standIn = await runStandIn({ dataDir: standIn.dataDir });
    expect(Object.keys(standIn.people.get(ZOE)?.appMetadata ?? {}).sort()).toEqual(names.sort());
  });

  test.each([
    ['a name with a dot', { app_metadata: { 'a.b': 1 } }, /Names must not contain \. or \$: a\.b in app_metadata/],
    ['a name with a dollar sign inside', { user_metadata: { a: [{ $b: 1 }] } }, /\$b in user_metadata/],
    ['a name of the root profile', { app_metadata: { email: 'x' } }, /Invalid property in app_metadata: email/],
    ['metadata that are no object', { app_metadata: [1] as any }, /Expected type object on property app_metadata/],
    ['a field that it does not know', { plan: 'x' } as any, /Additional properties not allowed: plan/],
    ['nothing', {}, /Too few properties/],
    ['more than a profile may hold', { app_metadata: { a: 'x'.repeat(110_000) } }, /110\d{3} bytes long/],
  ])('refuses %s, and changes nothing', async (_what, change, message) => {
    await users.update(ZOE, { app_metadata: { before: true } });
    const { status, body } = await refusal(users.update(ZOE, change));
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        statusCode: 400,
        error: 'Bad Request',
        message: expect.stringMatching(message),
        errorCode: 'invalid_body',
      },
    });
    expect(await appMetadata()).toEqual({ before: true });
  });

  test('refuses an unknown person', async () => {
    expect(await refusal(users.update('auth0|nobody', { app_metadata: {} }))).toMatchObject({ status: 404 });
  });
});

describe('users.list', () => {
  test('pages through everybody, also with the SDK’s own iteration', async () => {
    await standIn.people.import(Array.from({ length: 120 }, (_, index) => ({ id: `auth0|p${index}` })));
    const seen: (string | undefined)[] = [];
    for await (const user of await users.list({ per_page: 50, fields: 'user_id' })) seen.push(user.user_id);
    expect(new Set(seen).size).toBe(126);
    expect(seen).toContain('auth0|p119');
  });

  test('refuses to go beyond the first thousand, and to search', async () => {
    expect(await refusal(users.list({ page: 20, per_page: 50 }))).toMatchObject({ status: 400 });
    expect(await refusal(users.list({ q: 'email:x' }))).toMatchObject({ status: 400 });
  });
});

describe('a token of the Management API', () => {
  test('keeps the canonical audience when it is asked for at the custom domain, and works there', async () => {
    const { body } = await requestToken(standIn.customDomain, managementGrant(standIn));
    const atCustom = new UsersClient({ baseUrl: `${standIn.customDomain}/api/v2`, token: body.access_token });
    expect((await atCustom.get(ZOE)).user_id).toBe(ZOE);
    const { status, body: mixed } = await refusal((await usersClient(body.access_token)).get(ZOE));
    expect({ status, message: mixed.message }).toEqual({
      status: 401,
      message: `Bad issuer: ${standIn.customDomain}/`,
    });
  });

  test('is refused for the custom domain’s audience, and to other clients', async () => {
    const custom = await requestToken(standIn.domain, {
      ...managementGrant(standIn),
      audience: `${standIn.customDomain}/api/v2/`,
    });
    expect(custom).toMatchObject({
      status: 403,
      body: { error_description: `Service not enabled within domain: ${standIn.customDomain}/api/v2/` },
    });
    const other = await requestToken(standIn.domain, {
      ...managementGrant(standIn),
      client_id: 'foothold-demo-payments',
    });
    expect(other).toMatchObject({ status: 403, body: { error: 'access_denied' } });
    expect(other.body.error_description).toMatch(/^Client is not authorized to access/);
  });

  test('allows what its scopes say', async () => {
    const reader = await usersClient(await machineToken({ scope: 'read:users' }));
    expect((await reader.get(ZOE)).user_id).toBe(ZOE);
    const { status, body } = await refusal(reader.update(ZOE, { app_metadata: { a: 1 } }));
    expect({ status, body }).toEqual({
      status: 403,
      body: {
        statusCode: 403,
        error: 'Forbidden',
        message: 'Insufficient scope, expected any of: update:users,update:users_app_metadata',
        errorCode: 'insufficient_scope',
      },
    });
    const writer = await usersClient(await machineToken({ scope: 'update:users_app_metadata' }));
    await writer.update(ZOE, { app_metadata: { a: 1 } });
    expect(await refusal(writer.update(ZOE, { user_metadata: { a: 1 } }))).toMatchObject({ status: 403 });
  });

  test('is refused when it is missing, malformed, of another API, changed or expired', async () => {
    const statusAndMessage = async (token: string): Promise<string> => {
      const { status, body } = await refusal((await usersClient(token)).get(ZOE));
      return `${status} ${body.message}`;
    };
    const good = await machineToken();
    const ada = await requestToken(standIn.domain, passwordGrant('ada@acme.example', standIn.audience));
    expect(await statusAndMessage('nonsense')).toBe('400 Bad HTTP authentication header format');
    expect(await statusAndMessage(ada.body.access_token)).toBe(`401 Bad audience: ${standIn.audience}`);
    expect(await statusAndMessage(`${good.slice(0, -4)}AAAA`)).toMatch(/^401 Invalid signature/);
    standIn.clock.skewSeconds = 86_401;
    expect(await statusAndMessage(good)).toMatch(/^401 Expired token/);
    const none = await fetch(`${standIn.domain}/api/v2/users/${encodeURIComponent(ZOE)}`);
    expect({ status: none.status, body: await none.json() }).toMatchObject({
      status: 401,
      body: { message: 'Missing authentication' },
    });
  });
});

describe('the rate limit', () => {
  test('tells on each answer what is left, and when the next token is added', async () => {
    const { rawResponse } = await users.get(ZOE).withRawResponse();
    const header = (name: string): number => Number(rawResponse.headers.get(name));
    expect(header('x-ratelimit-limit')).toBe(50);
    expect(header('x-ratelimit-remaining')).toBe(49);
    expect(header('x-ratelimit-reset')).toBeGreaterThanOrEqual(Math.floor(Date.now() / 1000));
    expect(header('x-ratelimit-reset')).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000) + 1);
  });

  test('refuses with 429 and the same headers when the bucket is empty, and changes nothing', async () => {
    standIn.rateLimit.plan = 'free';
    const answers = await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) => users.update(ZOE, { app_metadata: { [`n${index}`]: 1 } })),
    );
    const accepted = answers.filter(({ status }) => status === 'fulfilled').length;
    expect(accepted).toBeGreaterThanOrEqual(2);
    expect(Object.keys(standIn.people.get(ZOE)?.appMetadata ?? {})).toHaveLength(accepted);
    const rejected = answers.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    const { status, body, headers } = await refusal(Promise.reject(rejected.reason as Error));
    expect({ status, body }).toEqual({
      status: 429,
      body: {
        statusCode: 429,
        error: 'Too Many Requests',
        message: 'Global limit has been reached',
        errorCode: 'too_many_requests',
      },
    });
    expect(headers?.get('x-ratelimit-limit')).toBe('2');
    expect(headers?.get('x-ratelimit-remaining')).toBe('0');
  });

  test('counts reading and writing apart on a self-service plan', async () => {
    standIn.rateLimit.plan = 'professional';
    const left = async (call: Promise<{ rawResponse: { headers: Headers } }>): Promise<string> => {
      const { headers } = (await call).rawResponse;
      return `${headers.get('x-ratelimit-remaining')}/${headers.get('x-ratelimit-limit')}`;
    };
    expect(await left(users.get(ZOE).withRawResponse() as any)).toBe('39/40');
    expect(await left(users.update(ZOE, { app_metadata: { a: 1 } }).withRawResponse() as any)).toBe('19/20');
  });
});

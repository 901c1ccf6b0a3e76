import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { freezeTime } from './support/frozen-time.js';
import { TestApp, type Answer } from './support/test-app.js';
import { AUDIENCE, TestIssuer } from './support/test-issuer.js';

/* Every way to forge a token is in test/attack/tokens.test.ts, against the whole service. */

let canonical: TestIssuer;
let custom: TestIssuer;
let app: TestApp;

beforeAll(async () => {
  canonical = await TestIssuer.start(0);
  custom = await TestIssuer.start(1, '127.0.0.1');
  app = await TestApp.start(canonical, custom);
  await app.keys.refresh();
});

afterAll(async () => {
  await app.stop();
  await Promise.all([canonical.stop(), custom.stop()]);
});

beforeEach(freezeTime);
afterEach(() => jest.useRealTimers());

const now = () => Math.floor(Date.now() / 1000);

function expectRefused({ status, body, headers }: Answer, reason: RegExp): void {
  expect(status).toBe(401);
  expect(body).toEqual({ code: 'unauthenticated', detail: expect.stringMatching(reason) as string });
  expect(headers.get('www-authenticate')).toMatch(
    /^Bearer realm="foothold", error="invalid_token", error_description="[^"\\]+"$/,
  );
}

describe('a good token', () => {
  test('is accepted from the canonical and from the custom domain', async () => {
    expect((await app.get('/caller', canonical.token({ sub: 'auth0|ada' }))).body.subject).toBe('auth0|ada');
    expect((await app.get('/caller', custom.token({ sub: 'auth0|bob' }))).body.subject).toBe('auth0|bob');
  });

  test('is accepted again, from the cache, with the same caller', async () => {
    const token = canonical.token({ org_id: 'org_1', permissions: ['platform:admin'] });
    const first = await app.get('/caller', token);
    expect(first.body).toMatchObject({ kind: 'person', orgId: 'org_1', permissions: ['platform:admin'] });
    expect((await app.get('/caller', token)).body).toEqual(first.body);
  });

  test('is accepted with the audience in a list and the scheme in lower case', async () => {
    const token = canonical.token({ aud: ['https://other.example/userinfo', AUDIENCE] });
    const response = await fetch(`${app.url}/caller`, { headers: { authorization: `bearer ${token}` } });
    expect(response.status).toBe(200);
  });

  test.each(['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', 'application/jwt'])(
    'A12: is accepted with the type %s',
    async (typ) => {
      expect((await app.get('/caller', canonical.token({}, { typ }))).status).toBe(200);
    },
  );

  test('is accepted up to 5 s after its expiry and refused from then on', async () => {
    expect((await app.get('/caller', canonical.token({ exp: now() - 4 }))).status).toBe(200);
    expectRefused(await app.get('/caller', canonical.token({ exp: now() - 6 })), /expired/);
  });

  test('is refused once expired although it was cached', async () => {
    const token = canonical.token({ exp: now() + 10 });
    expect((await app.get('/caller', token)).status).toBe(200);
    jest.setSystemTime(Date.now() + 16_000);
    expectRefused(await app.get('/caller', token), /expired/);
  });
});

describe('a token is refused', () => {
  test.each(['secevent+jwt', 'id+jwt', 'at+jwt ', '', 'application/', null, ['JWT'], undefined])(
    'A12: with the type %j',
    async (typ) => expectRefused(await app.get('/caller', canonical.token({}, { typ } as object)), /type/),
  );

  test.each([
    [{ at_hash: 'x' }, /"at_hash"/],
    [{ exp: now() + 90_000 }, /24 hours/],
    [{ exp: 1e300 }, /24 hours/],
    [{ iat: -1e300 }, /24 hours/],
    [{ iat: null }, /"iat"/],
    [{ nbf: 'now' }, /malformed/],
    [{ nbf: now() + 3_000_000_000 }, /not valid yet/],
  ])('A12: with the claim %j', async (claims, reason) => {
    expectRefused(await app.get('/caller', canonical.token(claims)), reason);
  });

  test('of a foreign issuer without its keys being fetched', async () => {
    const foreign = await TestIssuer.start(2);
    expectRefused(await app.get('/caller', foreign.token()), /issuer of the access token is not accepted/);
    expect(foreign.fetches).toBe(0);
    await foreign.stop();
  });
});

describe('a request', () => {
  test('without a token is told to send one', async () => {
    const { status, body, headers } = await app.get('/caller');
    expect(status).toBe(401);
    expect(body.code).toBe('unauthenticated');
    expect(headers.get('www-authenticate')).toBe('Bearer realm="foothold"');
  });

  test.each(['Basic YWRhOmFkYQ==', 'Bearer', 'Bearer ', 'token'])(
    'with "%s" carries no token',
    async (authorization) => {
      const response = await fetch(`${app.url}/caller`, { headers: { authorization } });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer realm="foothold"');
    },
  );

  test('with two Authorization headers is refused, in whichever order they come', async () => {
    const good = `Bearer ${canonical.token()}`;
    expect((await send(['Authorization', good])).statusCode).toBe(200);
    expect((await send(['Authorization', good, 'authorization', 'Bearer other'])).statusCode).toBe(401);
    expect((await send(['AUTHORIZATION', 'Bearer other', 'Authorization', good])).statusCode).toBe(401);
  });
});

async function send(headers: string[]): Promise<IncomingMessage> {
  const { host } = new URL(app.url);
  const [response] = (await once(
    request(`${app.url}/caller`, { headers: ['Host', host, ...headers] }).end(),
    'response',
  )) as [IncomingMessage];
  return response.resume();
}

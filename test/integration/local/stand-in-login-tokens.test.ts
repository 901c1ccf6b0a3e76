import { demoSubject } from '../../../src/local/demo-people.js';
import { Auth0Error } from '../../../src/local/stand-in/auth0-error.js';
import type { StandIn } from '../../../src/local/stand-in/stand-in.js';
import { APP, callbackOf, claimsOf, LoginClient } from './support/login-client.js';
import { removeStandIns, runStandIn } from './support/stand-in-lab.js';

let standIn: StandIn;
let client: LoginClient;

beforeAll(async () => {
  standIn = await runStandIn();
});

beforeEach(() => {
  client = new LoginClient(standIn);
});

afterAll(removeStandIns);

const code = async (change?: Readonly<Record<string, string | undefined>>): Promise<string | null> =>
  (await client.logIn(change)).get('code');

describe('a code is refused', () => {
  const INVALID = { error: 'invalid_grant', error_description: 'Invalid authorization code' };

  test.each([
    ['a wrong verifier', { code_verifier: 'x'.repeat(43) }, 403, 'Failed to verify code verifier'],
    ['no verifier', { code_verifier: undefined }, 400, 'Missing required parameter: code_verifier'],
    [
      'another redirect',
      { redirect_uri: `${APP}/callback` },
      401,
      `The redirect URI is wrong. You sent ${APP}/callback, and we expected ${APP}`,
    ],
    ['another client', { client_id: 'foothold-service', client_secret: 'local-only' }, 403, expect.any(String)],
    ['a code that was never issued', { code: 'x' }, 403, INVALID.error_description],
  ])('with %s', async (_what, change, status, description) => {
    const answer = await client.exchange(await code(), change);
    expect({ status: answer.status, description: answer.body.error_description }).toEqual({ status, description });
  });

  test('the second time, and what the first one got is taken back', async () => {
    const once = await code();
    const { body } = await client.exchange(once);
    expect(await client.exchange(once)).toEqual({ status: 403, body: INVALID });
    expect((await client.refresh(body.refresh_token)).status).toBe(403);
  });

  test('to all but one of twenty who race for it', async () => {
    const once = await code();
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.exchange(once)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('after a wrong verifier, also with the right one', async () => {
    const once = await code();
    await client.exchange(once, { code_verifier: 'x'.repeat(43) });
    expect((await client.exchange(once)).status).toBe(403);
  });
});

describe('a refresh token', () => {
  const UNKNOWN = { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' };
  const first = async (): Promise<string> => (await client.exchange(await code())).body.refresh_token;

  test('is replaced by the next at each use, with new tokens for the same login', async () => {
    const one = await first();
    const { status, body } = await client.refresh(one);
    expect(status).toBe(200);
    expect(body.refresh_token).not.toBe(one);
    expect(claimsOf(body.access_token)).toMatchObject({ azp: 'foothold-demo-web', permissions: [] });
    expect(claimsOf(body.id_token)).toMatchObject({ email: 'ada@acme.example' });
    expect((await client.refresh(body.refresh_token, { scope: 'openid' })).body.scope).toBe('openid');
  });

  test('that was used already ends the whole family', async () => {
    const one = await first();
    const two = (await client.refresh(one)).body.refresh_token;
    expect(await client.refresh(one)).toEqual({ status: 403, body: UNKNOWN });
    expect(await client.refresh(two)).toEqual({ status: 403, body: UNKNOWN });
  });

  test('is good for one of two who race with it, and then for none', async () => {
    const one = await first();
    const answers = await Promise.all([client.refresh(one), client.refresh(one)]);
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect((await client.refresh(winners[0]?.body.refresh_token)).status).toBe(403);
  });

  test('is no good to another client, after it was revoked, or when the person is gone', async () => {
    const one = await first();
    expect(
      (await client.refresh(one, { client_id: 'foothold-demo-payments', client_secret: 'local-only' })).status,
    ).toBe(403);
    await fetch(`${standIn.domain}/oauth/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'foothold-demo-web', token: one }),
    });
    expect(await client.refresh(one)).toEqual({ status: 403, body: UNKNOWN });
    const page = `/u/signup?${client.query()}`;
    const gone = callbackOf(await client.submit(page, { email: 'gone@else.example', password: 'x' }));
    const { body } = await client.exchange(gone.get('code'));
    await standIn.people.remove(claimsOf(body.id_token).sub);
    expect(await client.refresh(body.refresh_token)).toEqual({ status: 403, body: UNKNOWN });
  });
});

describe('/userinfo', () => {
  const userinfo = async (token: string): Promise<{ status: number; body: any }> => {
    const response = await fetch(`${standIn.domain}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, body: await response.json() };
  };

  test('tells who the bearer of an access token is, with and without an audience', async () => {
    for (const change of [{}, { audience: undefined }]) {
      const { body } = await client.exchange(await code({ scope: 'openid email', ...change }));
      expect(await userinfo(body.access_token)).toEqual({
        status: 200,
        body: { sub: claimsOf(body.id_token).sub, email: 'ada@acme.example', email_verified: true },
      });
    }
  });

  test('refuses an id token, a token that was not asked for openid, and nonsense', async () => {
    const { body } = await client.exchange(await code({ scope: 'openid' }));
    expect((await userinfo(body.id_token)).status).toBe(401);
    const plain = await client.exchange(await code({ scope: 'offline_access' }));
    expect((await userinfo(plain.body.access_token)).status).toBe(401);
    expect((await userinfo('x')).status).toBe(401);
  });
});

describe('the post-login Action', () => {
  const CLAIM = 'https://foothold.dev/mirrors';
  const ada = demoSubject('ada@acme.example');

  test('adds its claims to the tokens of a login and of a refresh, as the metadata are at that time', async () => {
    await standIn.people.changeMetadata(ada, { appMetadata: { foothold_test_1: 'old' } });
    const { body } = await client.exchange(await code({ organization: 'org_acme' }));
    await standIn.people.changeMetadata(ada, { appMetadata: { foothold_test_1: 'new' } });
    const refreshed = (await client.refresh(body.refresh_token)).body;
    for (const [tokens, mirror] of [
      [body, 'old'],
      [refreshed, 'new'],
    ] as const) {
      const added = { [CLAIM]: { foothold_test_1: mirror }, sub: ada, org_id: 'org_acme' };
      expect(claimsOf(tokens.access_token)).toMatchObject(added);
      expect(claimsOf(tokens.id_token)).toMatchObject(added);
    }
  });

  test('that fails ends the login, which the application is told', async () => {
    const failure = Auth0Error.oauth(403, 'access_denied', 'The post-login Action failed: Error: no');
    const run = jest.spyOn(standIn.postLogin, 'run').mockRejectedValueOnce(failure);
    const callback = await client.logIn();
    expect(Object.fromEntries(callback)).toEqual({
      error: 'access_denied',
      error_description: 'The post-login Action failed: Error: no',
      state: 'the-state',
    });
    expect(run).toHaveBeenCalledWith(expect.objectContaining({ protocol: 'oidc-basic-profile' }));
    run.mockRestore();
  });
});

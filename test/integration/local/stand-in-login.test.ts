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

describe('a login', () => {
  test('leads by way of the login page back to the application, with code and state', async () => {
    const authorize = await client.authorize();
    expect(authorize.status).toBe(302);
    const page = authorize.headers.get('location') as string;
    expect(page).toMatch(/^\/u\/login\?client_id=foothold-demo-web&/);
    const callback = callbackOf(await client.submit(page, { email: 'Ada@Acme.example', password: 'demo' }));
    expect([...callback.keys()]).toEqual(['code', 'state']);
    expect(callback.get('state')).toBe('the-state');
  });

  test('is exchanged for tokens with the claims of Auth0', async () => {
    const { status, body } = await client.exchange(await code({ organization: 'org_acme', max_age: '60' }));
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        access_token: expect.any(String),
        id_token: expect.any(String),
        refresh_token: expect.any(String),
        scope: 'openid profile email offline_access',
        expires_in: 86_400,
        token_type: 'Bearer',
      },
    });
    const sub = expect.stringMatching(/^auth0\|[0-9a-f]{24}$/);
    const seconds = expect.any(Number);
    expect(claimsOf(body.access_token)).toEqual({
      iss: `${standIn.domain}/`,
      sub,
      aud: [standIn.audience, `${standIn.domain}/userinfo`],
      azp: 'foothold-demo-web',
      scope: 'openid profile email offline_access',
      org_id: 'org_acme',
      permissions: [],
      iat: seconds,
      exp: seconds,
    });
    expect(claimsOf(body.id_token)).toEqual({
      iss: `${standIn.domain}/`,
      sub,
      aud: 'foothold-demo-web',
      nonce: 'the-nonce',
      sid: expect.any(String),
      auth_time: seconds,
      org_id: 'org_acme',
      nickname: 'ada',
      name: 'ada@acme.example',
      email: 'ada@acme.example',
      email_verified: true,
      updated_at: expect.any(String),
      iat: seconds,
      exp: seconds,
    });
  });

  test('at the custom domain gives tokens of that domain', async () => {
    const custom = new LoginClient(standIn, standIn.customDomain);
    const { body } = await custom.exchange((await custom.logIn()).get('code'));
    expect(claimsOf(body.access_token).iss).toBe(`${standIn.customDomain}/`);
    expect(claimsOf(body.id_token).iss).toBe(`${standIn.customDomain}/`);
  });

  test('gives no more tokens and claims than were asked for', async () => {
    const { body } = await client.exchange(await code({ scope: 'openid', nonce: undefined }));
    expect(body).not.toHaveProperty('refresh_token');
    expect(Object.keys(claimsOf(body.id_token)).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'sid', 'sub']);
  });

  test('is remembered by the browser: the next one asks nothing, unless it is told to', async () => {
    await client.logIn();
    expect(callbackOf(await client.authorize()).get('code')).toBeTruthy();
    expect(callbackOf(await client.authorize({ prompt: 'none' })).get('code')).toBeTruthy();
    expect((await client.authorize({ prompt: 'login' })).headers.get('location')).toMatch(/^\/u\/login/);
    standIn.clock.skewSeconds = 120;
    expect((await client.authorize({ max_age: '60' })).headers.get('location')).toMatch(/^\/u\/login/);
    standIn.clock.skewSeconds = 0;
  });

  test('without a page is refused to a browser that nobody has logged in to', async () => {
    const callback = callbackOf(await client.authorize({ prompt: 'none' }));
    expect(Object.fromEntries(callback)).toEqual({
      error: 'login_required',
      error_description: 'Login required',
      state: 'the-state',
    });
  });

  test('is forgotten by the browser at logout', async () => {
    for (const path of [
      `/v2/logout?client_id=foothold-demo-web&returnTo=${APP}`,
      `/oidc/logout?post_logout_redirect_uri=${APP}`,
    ]) {
      await client.logIn();
      const logout = await client.get(path);
      expect({ status: logout.status, location: logout.headers.get('location') }).toEqual({
        status: 302,
        location: `${APP}/`,
      });
      expect(callbackOf(await client.authorize({ prompt: 'none' })).get('error')).toBe('login_required');
    }
  });

  test('and its refresh token outlive a restart', async () => {
    const own = await runStandIn();
    const before = new LoginClient(own);
    const { body } = await before.exchange((await before.logIn()).get('code'));
    await own.stop();
    const again = await runStandIn({ dataDir: own.dataDir, port: own.port });
    expect(callbackOf(await before.authorize({ prompt: 'none' })).get('code')).toBeTruthy();
    expect((await before.refresh(body.refresh_token)).status).toBe(200);
    await again.stop();
  });
});

describe('signing up', () => {
  test('on the page logs the new person in', async () => {
    const page = (await client.authorize({ screen_hint: 'signup' })).headers.get('location') as string;
    expect(page).toMatch(/^\/u\/signup\?/);
    const callback = callbackOf(await client.submit(page, { email: 'Uma@Else.example', password: 'horse' }));
    const { body } = await client.exchange(callback.get('code'));
    expect(claimsOf(body.id_token)).toMatchObject({ email: 'uma@else.example', email_verified: false });
  });

  test.each([
    ['an address that somebody has', { email: 'ada@acme.example', password: 'x' }, 'Somebody has this e-mail address'],
    ['what is no address', { email: 'ada', password: 'x' }, 'This is not an e-mail address.'],
    ['no password', { email: 'vic@else.example' }, 'Choose a password.'],
  ])('with %s says so', async (_what, fields, problem) => {
    const response = await client.submit(`/u/signup?${client.query()}`, fields);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(problem);
  });
});

describe('it is refused', () => {
  test('to log in with a wrong password, or as somebody who is no demo person', async () => {
    const attempts: Record<string, string>[] = [
      { email: 'ada@acme.example', password: 'no' },
      { person: 'uma@else.example' },
      { person: 'x' },
    ];
    for (const fields of attempts) {
      const response = await client.submit(`/u/login?${client.query()}`, fields);
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('Wrong e-mail address or password.');
    }
    expect(callbackOf(await client.authorize({ prompt: 'none' })).get('error')).toBe('login_required');
  });

  test.each([
    ['a foreign redirect', { redirect_uri: 'https://evil.example' }, 403, 'Callback URL mismatch'],
    ['a longer redirect', { redirect_uri: `${APP}/callback/more` }, 403, 'Callback URL mismatch'],
    ['a redirect with a query', { redirect_uri: `${APP}?x=1` }, 403, 'Callback URL mismatch'],
    ['no redirect', { redirect_uri: undefined }, 403, 'Callback URL mismatch'],
    ['an unknown application', { client_id: 'nobody' }, 403, 'Unknown application'],
    ['another way to answer', { response_mode: 'form_post' }, 400, 'Invalid request'],
  ])('to lead to %s, which only the person is told', async (_what, change, status, title) => {
    for (const path of ['/authorize', '/u/login', '/u/signup']) {
      const response = await client.get(`${path}?${client.query(change)}`);
      expect(response.status).toBe(status);
      expect(response.headers.get('location')).toBeNull();
      expect(await response.text()).toContain(`<h1>${title}</h1>`);
    }
  });

  test.each([
    ['no code challenge', { code_challenge: undefined }, 'invalid_request'],
    ['a plain code challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a challenge that is no SHA-256', { code_challenge: 'short' }, 'invalid_request'],
    ['an implicit grant', { response_type: 'token' }, 'unsupported_response_type'],
    ['an unknown API', { audience: 'https://no' }, 'access_denied'],
    ['an organisation by its name', { organization: 'acme' }, 'invalid_request'],
    ['a max_age that is no number', { max_age: 'x' }, 'invalid_request'],
  ])('to go on with %s, which the application is told', async (_what, change, error) => {
    const callback = callbackOf(await client.authorize(change));
    expect(Object.fromEntries(callback)).toEqual({ error, error_description: expect.any(String), state: 'the-state' });
  });

  test('to return from logout to a page that is not listed', async () => {
    await client.logIn();
    const response = await client.get('/v2/logout?returnTo=https://evil.example');
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
    expect(callbackOf(await client.authorize({ prompt: 'none' })).get('code')).toBeTruthy();
  });

  test('to take a form that was sent from another page', async () => {
    const path = `/u/login?${client.query()}`;
    const response = await client.submit(path, { person: 'ada@acme.example' }, 'http://localhost:5173');
    expect(response.status).toBe(403);
  });

  test('to put what was sent into a page as markup', async () => {
    const script = '"><script>alert(1)</script>';
    const shown = await client.submit(`/u/login?${client.query({ state: script })}`, { email: script, password: 'x' });
    const refused = await client.authorize({ redirect_uri: script });
    for (const response of [shown, refused]) {
      const page = await response.text();
      expect(page).toContain('&lt;script&gt;');
      expect(page).not.toContain('<script');
      expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*frame-ancestors 'none'$/);
    }
  });
});

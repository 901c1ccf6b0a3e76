import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { eventually } from '../support/eventually.js';
import { claimsOf } from '../integration/local/support/login-client.js';
import { removeStandIns, runStandIn } from '../integration/local/support/stand-in-lab.js';
import type { StandIn } from '../../src/local/stand-in/stand-in.js';
import { PageServer } from './support/page-server.js';
import type { PageSettings, ShownState } from './auth0-page/settings.js';

const ADA = 'ada@acme.example';

let browser: Browser;
let pages: PageServer;
let standIn: StandIn;
let context: BrowserContext;
let page: Page;
/** What the pages wrote to the console as errors, and what nothing in them caught. */
let errors: string[];

async function open(change: Partial<PageSettings> = {}): Promise<void> {
  pages.settings = {
    sdk: 'auth0-react',
    domain: standIn.domain,
    audience: standIn.audience,
    useRefreshTokens: true,
    ...change,
  } satisfies PageSettings;
  await page.goto(pages.url);
}

const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

async function logInAsAda(): Promise<void> {
  await press('Log in');
  await page.getByRole('button', { name: ADA }).click();
  await page.waitForURL(`${pages.url}/**`);
}

/** What the page shows, once it shows what is waited for. */
async function shown(condition: (state: ShownState) => boolean): Promise<ShownState> {
  let state: ShownState | undefined;
  await eventually(async () => {
    state = JSON.parse((await page.locator('output').textContent()) ?? '') as ShownState;
    return condition(state);
  });
  return state as ShownState;
}

const statuses = (operation: 'token' | 'authorize' | 'revoke'): (number | null)[] =>
  standIn.requests.list(operation).map(({ status }) => status);

/** The logins of one SDK, to be called once in a file: `npm test` takes the one for React, `npm run soak` the one below it. */
export function testLogins(sdk: PageSettings['sdk']): void {
  beforeAll(async () => {
    [browser, pages] = await Promise.all([launchChromium(), PageServer.open('test/browser/auth0-page')]);
    standIn = await runStandIn({ appOrigins: [pages.url] });
  });

  afterAll(async () => {
    await browser?.close();
    pages?.close();
    await removeStandIns();
  });

  beforeEach(async () => {
    standIn.faults.clear();
    standIn.requests.clear();
    context = await browser.newContext();
    errors = [];
    page = await context.newPage();
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  });

  afterEach(() => context.close());

  test('logs in with PKCE, stays so over a reload, renews with a rotating refresh token, and logs out', async () => {
    await open({ sdk });
    expect(await shown(() => true)).toEqual({ email: null, accessToken: null, error: null });
    await logInAsAda();
    expect(await shown(({ email }) => email === ADA)).toMatchObject({ error: null });

    const renewed: string[] = [];
    for (const previous of [null, 'once']) {
      await press('Renew');
      const { accessToken } = await shown((state) => state.accessToken !== null && state.accessToken !== renewed[0]);
      expect(claimsOf(accessToken as string)).toMatchObject({ iss: `${standIn.domain}/`, azp: 'foothold-demo-web' });
      renewed.push(accessToken as string);
      if (previous === null) await nextSecond();
    }
    // One for the code, two with refresh tokens, each of which was good once.
    expect(statuses('token')).toEqual([200, 200, 200]);
    expect(statuses('authorize')).toEqual([302]);

    await page.reload();
    expect(await shown(({ email }) => email === ADA)).toMatchObject({ error: null });

    await press('Log out');
    await page.waitForURL(`${pages.url}/`);
    expect(await shown(({ email }) => email === null)).toMatchObject({ error: null });
    await press('Log in');
    await page.waitForURL(/\/u\/login\?/);
    expect(errors).toEqual([]);
  });

  test('logs in silently after a reload, in a hidden frame, when it keeps no tokens', async () => {
    await open({ sdk, useRefreshTokens: false });
    await logInAsAda();
    await shown(({ email }) => email === ADA);
    await page.reload();
    await shown(({ email }) => email === ADA);
    await press('Renew');
    const { accessToken } = await shown((state) => state.accessToken !== null);
    expect(claimsOf(accessToken as string).aud).toContain(standIn.audience);
    expect(statuses('authorize').every((status) => status === 302 || status === 200)).toBe(true);
    expect(errors).toEqual([]);
  });

  test('is told that a login is required before any login', async () => {
    await open({ sdk, useRefreshTokens: false });
    await shown(() => true);
    await press('Renew');
    expect(await shown(({ error }) => error !== null)).toMatchObject({ error: 'Login required', accessToken: null });
  });

  test('signs a new person up', async () => {
    await open({ sdk });
    await press('Sign up');
    const email = `${sdk}@else.example`;
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password').fill('correct horse');
    await press('Sign up');
    await page.waitForURL(`${pages.url}/**`);
    expect(await shown((state) => state.email === email)).toMatchObject({ error: null });
  });

  test('is refused once its refresh token was used by another client', async () => {
    await open({ sdk });
    await logInAsAda();
    await shown(({ email }) => email === ADA);
    const stolen = await page.evaluate(
      () => /"refresh_token":"([^"]+)"/.exec(JSON.stringify({ ...localStorage }).replaceAll('\\', ''))?.[1],
    );
    const rotate = (): Promise<Response> =>
      fetch(`${standIn.domain}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'refresh_token',
          client_id: 'foothold-demo-web',
          refresh_token: stolen as string,
        }),
      });
    expect((await rotate()).status).toBe(200);
    await press('Renew');
    expect(await shown(({ accessToken, error }) => accessToken !== null || error !== null)).toMatchObject({
      error: expect.stringMatching(/refresh token/i),
    });
  });

  test.each([
    ['a wrong verifier', { code_verifier: 'x'.repeat(43) }],
    ['a code that was used', undefined],
  ])('is refused with %s', async (_what, change) => {
    await open({ sdk });
    await context.route('**/oauth/token', async (route) => {
      const sent = new URLSearchParams(route.request().postData() ?? '');
      const request = { ...Object.fromEntries(sent), ...change };
      const postData = new URLSearchParams(request).toString();
      // Another client uses it first.
      if (!change) await fetch(`${standIn.domain}/oauth/token`, { method: 'POST', body: new URLSearchParams(request) });
      await route.continue({ postData });
    });
    await logInAsAda();
    const { email, error } = await shown((state) => state.error !== null);
    expect({ email, error }).toEqual({
      email: null,
      error: change ? 'Failed to verify code verifier' : 'Invalid authorization code',
    });
  });

  test('is led nowhere when its address is not listed', async () => {
    await open({ sdk });
    await shown(() => true);
    await context.route('**/authorize?**', (route) =>
      route.continue({
        url: route.request().url().replace(encodeURIComponent(pages.url), 'http%3A%2F%2Fevil.example'),
      }),
    );
    await press('Log in');
    await page.getByRole('heading', { name: 'Callback URL mismatch' }).waitFor();
  });
}

/** Tokens tell time in seconds: two of the same second can be the same. */
async function nextSecond(): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  await eventually(async () => Math.floor(Date.now() / 1000) > now);
}

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { StandIn } from '../../src/local/stand-in/stand-in.js';
import { LoginClient } from '../integration/local/support/login-client.js';
import { removeStandIns, runStandIn } from '../integration/local/support/stand-in-lab.js';
import { launchChromium } from '../support/chromium.js';
import { eventually } from '../support/eventually.js';
import { fitsTheWidth, violations } from './support/axe.js';

const PHONE = { width: 360, height: 740 };
const DESKTOP = { width: 1280, height: 860 };

let browser: Browser;
let standIn: StandIn;
/** Where a login leads back to. */
let application: Server;
let app: string;

beforeAll(async () => {
  browser = await launchChromium();
  application = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('Back'));
  await once(application.listen(0, 'localhost'), 'listening');
  app = `http://localhost:${(application.address() as AddressInfo).port}`;
  standIn = await runStandIn({ appOrigins: [app] });
});

afterAll(async () => {
  await browser?.close();
  application?.close();
  await removeStandIns();
});

/** Runs with a page in a browser of its own. What it asks of anybody but the stand-in and the application is an error. */
async function withPage(options: BrowserContextOptions, run: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext(options);
  const foreign: string[] = [];
  context.on('request', (request) => {
    if (!request.url().startsWith(standIn.domain) && !request.url().startsWith(app)) foreign.push(request.url());
  });
  const page = await context.newPage();
  page.on('console', (message) => /Content Security Policy/.test(message.text()) && foreign.push(message.text()));
  try {
    await run(page);
    expect(foreign).toEqual([]);
  } finally {
    await context.close();
  }
}

const authorize = (change?: Readonly<Record<string, string>>): string =>
  `${standIn.domain}/authorize?${new LoginClient(standIn).query({ redirect_uri: app, ...change })}`;

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLInputElement;
    return element.value || element.id || element.textContent.trim();
  });

describe.each([
  ['light', 'phone', PHONE],
  ['dark', 'phone', PHONE],
  ['light', 'desktop', DESKTOP],
  ['dark', 'desktop', DESKTOP],
] as const)('in %s on a %s', (colorScheme, _size, viewport) => {
  test('every page is free of what axe finds, and fits the screen’s width', async () => {
    // Axe is a script, and the pages allow none.
    await withPage({ colorScheme, viewport, bypassCSP: true }, async (page) => {
      const check = async (heading: string): Promise<void> => {
        await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
        expect(await violations(page)).toEqual([]);
        expect(await fitsTheWidth(page)).toBe(true);
      };
      await page.goto(authorize());
      await check('Log in');
      await page.getByLabel('E-mail address').fill('ada@acme.example');
      await page.getByLabel('Password').fill('wrong');
      await page.getByRole('button', { name: 'Log in', exact: true }).click();
      await page.getByRole('alert').waitFor();
      await check('Log in');
      await page.getByRole('link', { name: 'Sign up' }).click();
      await check('Sign up');
      await page.goto(authorize({ redirect_uri: 'https://evil.example' }));
      await check('Callback URL mismatch');
      await page.goto(`${standIn.domain}/v2/logout`);
      await check('Logged out');
    });
  });
});

test('a demo person is picked with the keyboard alone', async () => {
  await withPage({}, async (page) => {
    await page.goto(authorize());
    const order: string[] = [];
    for (let press = 0; press < 9; press += 1) {
      await page.keyboard.press('Tab');
      order.push(await focused(page));
    }
    const people = ['ada@acme.example', 'grace@acme.example', 'alan@acme.example', 'kat@globex.example'];
    expect(order).toEqual([...people, 'new@nobody.example', 'email', 'password', 'Log in', 'Sign up']);
    for (let press = 0; press < 8; press += 1) await page.keyboard.press('Shift+Tab');
    expect(await focused(page)).toBe('ada@acme.example');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${app}/?code=*`);
  });
});

test('a wrong password is told at the field that has the focus, and the address is kept', async () => {
  await withPage({}, async (page) => {
    await page.goto(authorize());
    await page.getByLabel('E-mail address').fill('ada@acme.example');
    await page.keyboard.press('Tab');
    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    const email = page.getByRole('textbox', {
      name: 'E-mail address',
      description: 'Wrong e-mail address or password.',
    });
    await email.waitFor();
    expect(await email.inputValue()).toBe('ada@acme.example');
    await eventually(async () => (await focused(page)) === 'ada@acme.example');
    expect(await page.getByLabel('Password').inputValue()).toBe('');
  });
});

test('the application may ask for sign-up, and name who it thinks this is', async () => {
  await withPage({}, async (page) => {
    await page.goto(authorize({ screen_hint: 'signup', login_hint: 'vic@else.example' }));
    expect(await page.getByLabel('E-mail address').inputValue()).toBe('vic@else.example');
    await page.getByLabel('Password').fill('x');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${app}/?code=*`);
  });
});

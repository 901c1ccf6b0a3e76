import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { StandIn } from '../../../src/local/stand-in/stand-in.js';
import { LoginClient } from '../../integration/local/support/login-client.js';
import { removeStandIns, runStandIn } from '../../integration/local/support/stand-in-lab.js';
import { launchChromium } from '../../support/chromium.js';
import { fitsTheWidth, violations } from './axe.js';

export interface Look {
  readonly colorScheme: 'light' | 'dark';
  readonly size: 'phone' | 'desktop';
}

const VIEWPORTS = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 860 } };

/** The stand-in's login pages in Chromium, and the application that a login leads back to. */
export class LoginLab {
  private constructor(
    private readonly browser: Browser,
    private readonly standIn: StandIn,
    private readonly application: Server,
    /** Where a login leads back to. */
    readonly app: string,
  ) {}

  static async open(): Promise<LoginLab> {
    const browser = await launchChromium();
    const application = createServer((_request, response) =>
      response.setHeader('content-type', 'text/html').end('Back'),
    );
    await once(application.listen(0, 'localhost'), 'listening');
    const app = `http://localhost:${(application.address() as AddressInfo).port}`;
    return new LoginLab(browser, await runStandIn({ appOrigins: [app] }), application, app);
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.application.close();
    await removeStandIns();
  }

  /** Runs with a page in a browser of its own. What it asks of other servers than the stand-in and the application is an error. */
  async withPage(options: BrowserContextOptions, run: (page: Page) => Promise<void>): Promise<void> {
    const context = await this.browser.newContext(options);
    const foreign: string[] = [];
    context.on('request', (request) => {
      const isOurs = request.url().startsWith(this.standIn.domain) || request.url().startsWith(this.app);
      if (!isOurs) foreign.push(request.url());
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

  authorize(change?: Readonly<Record<string, string>>): string {
    return `${this.standIn.domain}/authorize?${new LoginClient(this.standIn).query({ redirect_uri: this.app, ...change })}`;
  }

  /** No page has a fault that axe finds, and none is wider than the screen. */
  async lookAtEveryPage({ colorScheme, size }: Look): Promise<void> {
    // Axe is a script, and the pages allow none.
    await this.withPage({ colorScheme, viewport: VIEWPORTS[size], bypassCSP: true }, async (page) => {
      const check = async (heading: string): Promise<void> => {
        await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
        expect(await violations(page)).toEqual([]);
        expect(await fitsTheWidth(page)).toBe(true);
      };
      await page.goto(this.authorize());
      await check('Log in');
      await page.getByLabel('E-mail address').fill('ada@acme.example');
      await page.getByLabel('Password').fill('wrong');
      await page.getByRole('button', { name: 'Log in', exact: true }).click();
      await page.getByRole('alert').waitFor();
      await check('Log in');
      await page.getByRole('link', { name: 'Sign up' }).click();
      await check('Sign up');
      await page.goto(this.authorize({ redirect_uri: 'https://evil.example' }));
      await check('Callback URL mismatch');
      await page.goto(`${this.standIn.domain}/v2/logout`);
      await check('Logged out');
    });
  }
}

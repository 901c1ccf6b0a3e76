import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { LocalProcess } from '../../integration/local/support/local-process.js';
import { launchChromium } from '../../support/chromium.js';
import { freePort } from '../../support/free-port.js';
import { FrameRecorder, type Frame } from './frames.js';
import type { Hands } from './hands.js';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const WEB_CLIENT = 'foothold-demo-web';
const AUDIENCE = 'https://api.foothold.local';
/** What the browser itself writes when the network or the service is down, which is what the story is about. */
const NETWORK_MESSAGE = /Failed to load resource|net::ERR/;

interface Switches {
  readonly database: boolean;
  readonly disk: boolean;
}

/** A local run of the built service with its demo, as `npm start` makes it, and a browser. */
export class DemoLab {
  private constructor(
    readonly browser: Browser,
    private readonly local: LocalProcess,
    private readonly dataDir: string,
    private readonly port: number,
    readonly auth0: string,
  ) {}

  static async open(): Promise<DemoLab> {
    const [dataDir, port, auth0Port, browser] = await Promise.all([
      mkdtemp(path.join(tmpdir(), 'foothold-demo-')),
      freePort(),
      freePort(),
      launchChromium(),
    ]);
    const local = LocalProcess.spawn([process.execPath, 'dist/src/local/main.js'], {
      FOOTHOLD_DATA_DIR: dataDir,
      PORT: String(port),
      LOCAL_AUTH0_PORT: String(auth0Port),
      // So that mirrors follow at once, and no test waits for a plan's limit.
      AUTH0_RATE_PLAN: 'enterprise',
    });
    await local.printed('The demo:');
    return new DemoLab(browser, local, dataDir, port, `http://localhost:${auth0Port}`);
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.local.kill('SIGTERM');
    await this.local.end();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** The page on this host name; the other one is another origin, as another device is. */
  url(host: 'localhost' | '127.0.0.1' = 'localhost', query = ''): string {
    return `http://${host}:${this.port}/demo/${query}`;
  }

  async switches(): Promise<Switches> {
    return (await (await fetch(this.url('localhost', 'api/switches'))).json()) as Switches;
  }

  async turn(name: keyof Switches, on: boolean): Promise<void> {
    await fetch(this.url('localhost', `api/switches/${name}`), {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ on }),
    });
  }

  async device(options: BrowserContextOptions = {}): Promise<DemoDevice> {
    const context = await this.browser.newContext({ reducedMotion: 'reduce', ...options });
    return new DemoDevice(context, await FrameRecorder.on(context));
  }

  /** All that the service recorded of a person in a flow, oldest first, such as `payment complete`. */
  async history(email: string, password: string, flow: string): Promise<string[]> {
    const { access_token: token } = await json(`${this.auth0}/oauth/token`, {
      grant_type: 'password',
      client_id: WEB_CLIENT,
      username: email,
      password,
      audience: AUDIENCE,
    });
    const response = await fetch(`http://localhost:${this.port}/v1/onboarding/${flow}/history?limit=100`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { items } = (await response.json()) as { items: Array<{ step: string; action: string }> };
    return items.reverse().map(({ step, action }) => `${step} ${action}`);
  }
}

async function json(url: string, body: object): Promise<Record<string, string>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Record<string, string>;
}

/** A browser of its own, every painted frame of which is written down. */
export class DemoDevice {
  /** What the pages wrote to the console as errors, or did not catch. */
  readonly errors: string[] = [];

  constructor(
    readonly context: BrowserContext,
    private readonly recorder: FrameRecorder,
  ) {}

  async open(url: string): Promise<Page> {
    const page = await this.context.newPage();
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !NETWORK_MESSAGE.test(message.text())) this.errors.push(message.text());
    });
    await page.goto(url);
    return page;
  }

  /** Of the document that is shown now. */
  frames(page: Page): Promise<Frame[]> {
    return this.recorder.of(page);
  }
}

/** Logs in, or signs up, on the login page that is shown. */
export async function logIn(
  page: Page,
  hands: Hands,
  email: string,
  password: string,
  button = 'Log in',
): Promise<void> {
  await hands.fill(page.getByLabel('E-mail address'), email);
  await hands.fill(page.getByLabel('Password'), password);
  await hands.press(page.getByRole('button', { name: button, exact: true }));
}

/** What axe finds on the page, once nothing changes its colours any more. */
export async function violations(page: Page): Promise<unknown[]> {
  await page.waitForFunction(() => !document.getAnimations().some((animation) => animation instanceof CSSTransition));
  await page.evaluate(AXE);
  const results = await page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
  return results.violations.map(({ id, nodes }) => ({
    id,
    nodes: nodes.map(({ html, failureSummary }) => [html, failureSummary]),
  }));
}

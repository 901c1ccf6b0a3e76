import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { LocalProcess } from '../../integration/local/support/local-process.js';
import { DEMO_PASSWORD } from '../../../src/local/demo-people.js';
import { Api } from '../../support/api.js';
import { launchChromium } from '../../support/chromium.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { PASSWORD } from './demo-page.js';
import { FrameRecorder, type Frame } from './frames.js';

/** What the browser itself writes when the network or the service is down, which is what the story is about. */
const NETWORK_MESSAGE = /Failed to load resource|net::ERR/;

/** For anything that a person waits for; a machine that does much else takes its time. */
const LONGEST_WAIT_MS = 60_000;

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
    private readonly auth0: string,
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

  /** Everything works again, and every browser is closed. */
  async mend(): Promise<void> {
    await Promise.all(this.browser.contexts().map((context) => context.close()));
    await Promise.all([
      this.turn('database', true),
      this.turn('disk', true),
      fetch(`${this.auth0}/_control/faults`, { method: 'DELETE' }),
    ]);
    // The service may still be on its way back, and refuse what the next test begins with.
    const somebody = await this.api('alan@acme.example', DEMO_PASSWORD);
    await eventually(async () => (await somebody.view()).body.source === 'database');
  }

  async device(options: BrowserContextOptions = {}): Promise<DemoDevice> {
    const context = await this.browser.newContext({ reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(LONGEST_WAIT_MS);
    return new DemoDevice(context, await FrameRecorder.on(context));
  }

  /** The service's API, as that person. */
  async api(email: string, password = PASSWORD): Promise<Api> {
    const response = await fetch(`${this.auth0}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'password',
        client_id: 'foothold-demo-web',
        username: email,
        password,
        audience: 'https://api.foothold.local',
      }),
    });
    const { access_token: token } = (await response.json()) as { access_token: string };
    return new Api(`http://localhost:${this.port}`, token, email);
  }
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

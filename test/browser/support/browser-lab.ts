import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { Api } from '../../support/api.js';
import { CHROMIUM_FLAGS, chromiumPath, launchChromium } from '../../support/chromium.js';
import { eventually } from '../../support/eventually.js';
import { newSubject, TestService } from '../../support/service.js';
import { FrameRecorder, type Frame } from './frames.js';
import { Gate } from './gate.js';
import { PageServer } from './page-server.js';
import type { PageSettings } from '../kit-page/settings.js';

const KIT_PAGE = 'test/browser/kit-page';

export interface LabOptions {
  /** Settings of the service beside those that every test gives it. */
  readonly env?: NodeJS.ProcessEnv;
}

/** How the test page is set up. */
export interface PageOptions {
  readonly flow?: PageSettings['flow'];
  readonly strict?: boolean;
  readonly tokens?: PageSettings['tokens'];
  /** With what no scenario needs: suspense, queries, bound hooks, legacy import, devtools. */
  readonly extras?: boolean;
  /** `/rendered`: the server has rendered it. */
  readonly path?: '/' | '/rendered';
}

/** A person with a browser of their own, as seen by the service. */
export interface Someone {
  readonly subject: string;
  readonly token: string;
  readonly api: Api;
}

/** The real service on real PostgreSQL, Chromium, and the network between them in the test's hands. */
export class BrowserLab {
  private readonly contexts: BrowserContext[] = [];

  private constructor(
    readonly service: TestService,
    readonly gate: Gate,
    readonly pages: PageServer,
    readonly browser: Browser,
  ) {}

  static async open({ env }: LabOptions = {}): Promise<BrowserLab> {
    const [pages, browser] = await Promise.all([PageServer.open(KIT_PAGE), launchChromium()]);
    const service = await TestService.start({ env: { CORS_ORIGINS: pages.url, ...env } });
    return new BrowserLab(service, await Gate.open(service.url), pages, browser);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.gate.close();
    await this.service.stop();
    this.pages.close();
  }

  /** Between two tests: no page, and a network that works. */
  async reset(): Promise<void> {
    await Promise.all(this.contexts.splice(0).map((context) => context.close()));
    this.gate.reset();
  }

  someone(subject = newSubject()): Someone {
    const token = this.service.token(subject);
    return { subject, token, api: new Api(this.service.url, token, subject) };
  }

  /** A device: storage of its own. */
  async device(): Promise<Device> {
    const context = await this.browser.newContext();
    this.contexts.push(context);
    return Device.of(this, context);
  }

  /** A device with this profile, made with settings of its own; the caller closes it. */
  async deviceWith(userDataDir: string): Promise<Device> {
    const context = await chromium.launchPersistentContext(userDataDir, {
      executablePath: chromiumPath(),
      args: CHROMIUM_FLAGS,
    });
    this.contexts.push(context);
    return Device.of(this, context);
  }

  url(person: Someone | null, { path = '/', ...options }: PageOptions = {}): string {
    const settings = { api: this.gate.url, ...options };
    const query = new URLSearchParams(Object.entries(settings).map(([name, value]) => [name, String(value)]));
    return `${this.pages.url}${path}?${query.toString()}${fragmentOf(person)}`;
  }
}

/** Tells the page who is signed in. */
const fragmentOf = (person: Someone | null): string =>
  person ? `#${new URLSearchParams({ subject: person.subject, token: person.token }).toString()}` : '';

/** One browser profile with its tabs, every painted frame of which is written down. */
export class Device {
  private constructor(
    private readonly lab: BrowserLab,
    readonly context: BrowserContext,
    private readonly recorder: FrameRecorder,
  ) {}

  static async of(lab: BrowserLab, context: BrowserContext): Promise<Device> {
    return new Device(lab, context, await FrameRecorder.on(context));
  }

  async open(person: Someone | null, options?: PageOptions): Promise<Tab> {
    const page = await this.context.newPage();
    const tab = new Tab(page, this.recorder);
    await page.goto(this.lab.url(person, options));
    return tab;
  }
}

/** What the page shows of `useOnboarding`. */
export interface ShownState {
  readonly status: string;
  readonly isComplete?: boolean;
  readonly source: string;
  readonly isStale: boolean;
  readonly isDegraded: boolean;
  readonly degradedReason: string | null;
  readonly pendingWrites: number;
  readonly rejected: readonly { readonly step: string; readonly code: string }[];
  readonly revision: number | null;
  readonly currentStep: string | null;
  readonly error: { readonly code: string } | null;
  readonly steps: Readonly<Record<string, string>>;
}

const LONGEST_WAIT_MS = 30_000;

export class Tab {
  /** Errors that nothing in the page caught, and what it wrote to the console as an error. */
  readonly errors: string[] = [];

  constructor(
    readonly page: Page,
    private readonly recorder: FrameRecorder,
  ) {
    page.on('pageerror', (error) => this.errors.push(String(error)));
  }

  /** What the document has painted so far, oldest first. */
  frames(): Promise<Frame[]> {
    return this.recorder.of(this.page);
  }

  async state(): Promise<ShownState> {
    return JSON.parse((await this.page.getByTestId('state').textContent()) ?? 'null') as ShownState;
  }

  /** The first state that fits; a failure tells what was shown instead. */
  async until(fits: (state: ShownState) => boolean, longestMs = LONGEST_WAIT_MS): Promise<ShownState> {
    const deadline = performance.now() + longestMs;
    for (;;) {
      const state = await this.state();
      if (fits(state)) return state;
      if (performance.now() > deadline) {
        throw new Error(`Still not so after ${longestMs} ms: ${fits.toString()}\nShown: ${JSON.stringify(state)}`);
      }
      await this.page.waitForTimeout(20);
    }
  }

  settled(longestMs?: number): Promise<ShownState> {
    return this.until(
      ({ source, pendingWrites, isStale }) => source === 'database' && pendingWrites === 0 && !isStale,
      longestMs,
    );
  }

  /** Clicks as a person does; the outcome is shown in the page, not awaited here. */
  async click(action: string, step: string): Promise<void> {
    // Chromium paints a tab behind others once a second, and a click waits for two frames that are alike.
    await this.page.bringToFront();
    await this.page.getByTestId(`${action}-${step}`).click();
  }

  /** Leaves the page while the click is hardly handled. */
  async clickAndReload(action: string, step: string, afterMs: number): Promise<void> {
    const isLoaded = this.page.waitForEvent('load');
    await this.page.evaluate(
      ([id, ms]) => {
        document.querySelector<HTMLElement>(`[data-testid="${id}"]`)!.click();
        setTimeout(() => location.reload(), ms as number);
      },
      [`${action}-${step}`, afterMs],
    );
    await isLoaded;
  }

  /** Ends the tab's process as a crash does: nothing in it runs any more. */
  async kill(): Promise<void> {
    const isDead = this.page.waitForEvent('crash');
    const session = await this.page.context().newCDPSession(this.page);
    // Never answered: there is nobody left who could.
    session.send('Page.crash').catch(() => undefined);
    await isDead;
  }

  /** Resolves once everything that was asked has been answered or given up. */
  async untilQuiet(gate: Gate): Promise<void> {
    await eventually(async () => gate.requests.every(({ isClosed }) => isClosed));
  }

  async untilSent(gate: Gate, transitions: number): Promise<void> {
    await eventually(async () => gate.transitions.length >= transitions);
  }

  /** Resolves once so many clicks have their outcome. */
  async untilOutcomes(clicks: number): Promise<void> {
    await eventually(async () => (await this.outcomes()).length >= clicks);
  }

  /** What the action's promise resolved to, for each click so far. */
  async outcomes(): Promise<readonly string[]> {
    return (await this.page.getByTestId('outcomes').textContent())?.split(' ').filter(Boolean) ?? [];
  }

  /** Puts the page into the background or back, as far as a page can tell: without a screen all of them are in front. */
  async becomeVisible(isVisible: boolean): Promise<void> {
    await this.page.evaluate(
      (visibilityState) => {
        Object.defineProperty(document, 'visibilityState', { value: visibilityState, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      },
      isVisible ? 'visible' : 'hidden',
    );
  }

  /** Signs in as somebody, or out, in the open document. */
  async become(person: Someone | null): Promise<void> {
    await this.page.evaluate((fragment) => void (location.hash = fragment), fragmentOf(person));
  }

  async gate(): Promise<string | null> {
    return this.page.evaluate(() => document.querySelector('[data-gate]')?.getAttribute('data-gate') ?? null);
  }
}

import { defineFlow, type Action, type ActionResult, type createClient } from '../../client/kit/src/core/index.js';
import { memberTour } from '../../src/flow-catalog/flows/member-tour.flow.js';
import { SimulatedBrowser, type SimulatedTab } from './simulated-browser.js';
import { settle, SimulatedClock } from './simulated-clock.js';
import { SimulatedNetwork, type Weather } from './simulated-network.js';
import { SimulatedService, SUBJECT } from './simulated-service.js';

const URL = 'https://service.example';
const QUIET_MS = 15 * 60_000;

export type CreateClient = typeof createClient;
export const flow = defineFlow({
  key: memberTour.key,
  version: memberTour.version,
  title: memberTour.title,
  steps: Object.fromEntries(memberTour.steps.map(({ key, ...rest }) => [key, rest])),
});
export const STEPS = memberTour.steps.map(({ key }) => key);

interface Click {
  readonly browser: SimulatedBrowser;
  readonly tab: SimulatedTab;
  /** Null: the click made no operation. A later save of the same step may have taken it over. */
  operation: string | null;
  /** Undefined while nothing was reported; the tab may have died first. */
  result?: ActionResult;
  readonly what: string;
  readonly data?: Record<string, string>;
  /** Step, action and data, for comparing. */
  readonly asked: string;
}

/** One person, their devices and tabs, the service, and all that may happen to them. Deterministic for a seed. */
export class World {
  readonly clock = new SimulatedClock();
  readonly service = new SimulatedService(() => this.clock.now());
  readonly network: SimulatedNetwork;
  readonly browsers: readonly SimulatedBrowser[];
  readonly clicks: Click[] = [];
  private broken: string | undefined;
  private readonly random: () => number;

  constructor(
    private readonly createClient: CreateClient,
    seed: number,
  ) {
    this.random = generator(seed);
    this.network = new SimulatedNetwork(this.clock, this.service, this.random);
    this.browsers = ['laptop', 'phone'].map(
      (name) => new SimulatedBrowser(name, this.clock, this.network, this.random),
    );
  }

  async open(browser: SimulatedBrowser): Promise<void> {
    const tab = browser.open();
    tab.client = this.createClient({
      flows: [flow],
      api: { baseUrl: URL, getToken: () => Promise.resolve('opaque') },
      environment: tab.environment(),
    });
    tab.client.onEvent((event) => {
      if (event.type === 'confirmed') this.watch(tab, event.view.revision);
    });
    tab.client.setSession({ subject: SUBJECT });
    tab.client.watch(flow);
    tab.client.start();
    await this.check();
  }

  async crash(tab: SimulatedTab): Promise<void> {
    tab.browser.crash(tab);
    await this.check();
  }

  async click(tab: SimulatedTab, step: string, action: Action, data?: Record<string, string>): Promise<void> {
    const { browser } = tab;
    const before = browser.keys('q');
    const result = tab.client.act(flow, action, step, data);
    const after = browser.keys('q');
    const made = after.filter((id) => !before.includes(id));
    for (const earlier of this.clicks) {
      const isMerged =
        earlier.operation !== null && before.includes(earlier.operation) && !after.includes(earlier.operation);
      if (isMerged && earlier.browser === browser) earlier.operation = made[0] ?? 'lost';
    }
    const click: Click = {
      browser,
      tab,
      operation: made[0] ?? null,
      what: `${action} ${step} on ${browser.name}`,
      data,
      asked: JSON.stringify([step, action, data]),
    };
    this.clicks.push(click);
    void result.then((reported) => {
      if (tab.isAlive) click.result = reported;
    });
    await this.check();
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await this.check();
  }

  setWeather(weather: Weather): void {
    this.network.weather = weather;
  }

  /** Everything works again, everybody looks at a tab, and there is time. */
  async quiet(): Promise<void> {
    this.network.weather = 'fair';
    for (const browser of this.browsers) {
      browser.clockSkewMs = 0;
      browser.goOnline(true);
      if (browser.tabs.length === 0) await this.open(browser);
    }
    await this.pass(QUIET_MS);
    for (const browser of this.browsers) for (const tab of browser.tabs) tab.dispatch('visible');
    await this.pass(QUIET_MS);
  }

  /** Whatever arrives late, nobody is shown less than they had been shown. */
  private watch(tab: SimulatedTab, revision: number): void {
    if (revision < tab.seenRevision) {
      this.broken ??= `${tab.browser.name} went from revision ${tab.seenRevision} to ${revision}.`;
    }
    tab.seenRevision = revision;
  }

  /** Holds at any time. */
  private async check(): Promise<void> {
    await settle();
    if (this.network.hasOverlapped) this.broken ??= 'A device sent two operations at once.';
    if (this.broken !== undefined) throw new Error(this.broken);
  }

  /** Holds when all is quiet; throws what does not. */
  verify(): void {
    const { accepted } = this.service;
    for (const click of this.clicks) {
      const { browser, tab, operation, result, what } = click;
      if (operation === null) {
        if (result === undefined && tab.isAlive) throw new Error(`${what} was never answered.`);
        this.verifyShared(click);
        continue;
      }
      if (this.service.dropped.has(operation))
        throw new Error(`What was typed for ${what} (${operation}) was dropped.`);
      const times = accepted.filter((id) => id === operation).length;
      const isRejected = browser.keys('r').includes(operation);
      if (browser.keys('q').includes(operation)) throw new Error(`${what} (${operation}) still waits.`);
      if (times > 1) throw new Error(`${what} (${operation}) took effect ${times} times.`);
      const isMoot = this.service.moot.has(operation);
      if (times === 0 && !isRejected && !isMoot) throw new Error(`${what} (${operation}) was lost.`);
      if (times === 1 && isRejected) throw new Error(`${what} (${operation}) took effect and was reported rejected.`);
      if (result?.status === 'confirmed' && times === 0 && !isMoot)
        throw new Error(`${what} (${operation}) was never confirmed.`);
      if (result?.status === 'rejected' && times === 1) throw new Error(`${what} (${operation}) was not rejected.`);
    }
    for (const browser of this.browsers) this.verifyOrder(browser);
    for (const browser of this.browsers) for (const tab of browser.tabs) this.verifyTab(tab);
  }

  /** What was typed in a click that made no operation is refused, or is what another operation has. */
  private verifyShared({ browser, result, what, data, asked }: Click): void {
    const isShared = this.clicks.some((other) => other.browser === browser && other.operation && other.asked === asked);
    if (data && result?.status !== 'rejected' && !isShared) throw new Error(`What was typed for ${what} was dropped.`);
  }

  private verifyOrder(browser: SimulatedBrowser): void {
    const made = this.clicks.filter((click) => click.browser === browser).map(({ operation }) => operation ?? '');
    const order = this.service.accepted.filter((id) => made.includes(id)).map((id) => made.indexOf(id));
    if (order.some((place, index) => place < (order[index - 1] ?? -1))) {
      throw new Error(`${browser.name}'s clicks took effect out of order.`);
    }
  }

  private verifyTab({ browser, client }: SimulatedTab): void {
    const snapshot = client.getSnapshot(flow);
    const view = this.service.view();
    const shown = snapshot.steps.map(({ key, status, data }) => ({ key, status, data }));
    const true_ = view.steps.map(({ key, status, data }) => ({ key, status, data }));
    if (snapshot.pendingWrites) throw new Error(`${browser.name} still shows pending clicks.`);
    if (snapshot.revision !== view.revision || JSON.stringify(shown) !== JSON.stringify(true_)) {
      throw new Error(
        `${browser.name} shows revision ${snapshot.revision}: ${JSON.stringify(shown)}; ` +
          `the service has ${view.revision}: ${JSON.stringify(true_)}.`,
      );
    }
  }
}

/** mulberry32 */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

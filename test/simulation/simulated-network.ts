import type { SimulatedTab } from './simulated-browser.js';
import type { SimulatedClock } from './simulated-clock.js';
import type { SimulatedService } from './simulated-service.js';

/** What happens to requests from now on. */
export type Weather =
  | 'fair'
  /** The service's process is gone: connections are refused. */
  | 'down'
  /** The service answers 503. */
  | 'failing'
  /** The request arrives and is done; the answer does not come back. */
  | 'answers_lost'
  /** The request never arrives. */
  | 'requests_lost'
  /** The request arrives twice. */
  | 'doubled';

const LONGEST_DELAY_MS = 4_000;
/** A connection that hangs is cut after this long. */
const CUT_MS = 5_000;

/** Between the tabs and the service: delays everything by chance, also the answers, so that they overtake each other. */
export class SimulatedNetwork {
  weather: Weather = 'fair';
  /** A device had two transitions on their way at once. */
  hasOverlapped = false;
  private readonly onTheirWay = new Set<SimulatedTab>();

  constructor(
    private readonly clock: SimulatedClock,
    private readonly service: SimulatedService,
    private readonly random: () => number,
  ) {}

  async fetch(tab: SimulatedTab, url: string, init: RequestInit): Promise<Response> {
    if (!url.endsWith('/transitions')) return this.travel(tab, url, init);
    this.onTheirWay.add(tab);
    const alike = [...this.onTheirWay].filter(({ browser, isAlive }) => browser === tab.browser && isAlive);
    if (alike.length > 1 && !tab.browser.hasOverriddenLock) this.hasOverlapped = true;
    try {
      return await this.travel(tab, url, init);
    } finally {
      this.onTheirWay.delete(tab);
    }
  }

  private async travel(tab: SimulatedTab, url: string, init: RequestInit): Promise<Response> {
    const { weather } = this;
    const { browser } = tab;
    await this.pause(this.random() * LONGEST_DELAY_MS);
    // What had not arrived when its tab died never does: its connection is cut.
    if (!browser.isOnline || weather === 'down' || !tab.isAlive) throw new TypeError('Failed to fetch');
    if (weather === 'requests_lost') {
      await this.pause(CUT_MS);
      throw new TypeError('Failed to fetch');
    }
    if (weather === 'failing') return new Response('{"code":"status_unknown","detail":"down"}', { status: 503 });
    const request = {
      path: new URL(url).pathname,
      headers: init.headers as Record<string, string>,
      body: init.body === undefined ? undefined : (JSON.parse(init.body as string) as unknown),
    };
    const response = this.service.handle(request);
    if (weather === 'doubled') this.service.handle(request);
    await this.pause(this.random() * LONGEST_DELAY_MS);
    if (weather === 'answers_lost' || !browser.isOnline) {
      await this.pause(CUT_MS);
      throw new TypeError('Failed to fetch');
    }
    return response;
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(ms, resolve));
  }
}

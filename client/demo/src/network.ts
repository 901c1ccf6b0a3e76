import { browserEnvironment, type Environment } from '@foothold/react';

/** How this browser's network is. */
export interface NetworkState {
  readonly offline: boolean;
  readonly slow: boolean;
}

/** A request on its way, or the last one that was. */
export interface Trip {
  readonly id: number;
  readonly kind: 'read' | 'write';
  readonly outcome: 'under_way' | 'answered' | 'refused' | 'failed';
}

const KEPT_AS = 'larkspur-network';
const SLOW_MS = 2_500;
const AS_EVER: NetworkState = { offline: false, slow: false };

/** The network between this page and the service, with switches, and with a record of what is on its way. */
export class Network {
  readonly environment: Environment;
  private state: NetworkState = JSON.parse(sessionStorage.getItem(KEPT_AS) ?? JSON.stringify(AS_EVER)) as NetworkState;
  private trip: Trip | null = null;
  private trips = 0;
  private cut = new AbortController();
  private readonly listeners = new Set<() => void>();

  constructor() {
    const browser = browserEnvironment();
    this.environment = {
      ...browser,
      fetch: this.fetch,
      page: { ...browser.page, isOnline: () => !this.state.offline && browser.page.isOnline() },
    };
  }

  /** Kept for this tab, so that a reload changes nothing. Going offline cuts what is under way. */
  set(changed: Partial<NetworkState>): void {
    const wasOffline = this.state.offline;
    this.state = { ...this.state, ...changed };
    sessionStorage.setItem(KEPT_AS, JSON.stringify(this.state));
    if (this.state.offline !== wasOffline) {
      if (this.state.offline) this.cut.abort();
      this.cut = new AbortController();
      // As the browser tells it: the kit listens for these.
      window.dispatchEvent(new Event(this.state.offline ? 'offline' : 'online'));
    }
    this.tell();
  }

  get = (): NetworkState => this.state;
  lastTrip = (): Trip | null => this.trip;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  fetch = async (url: string, init: RequestInit = {}): Promise<Response> => {
    // The stream of changes is no trip: it is always under way.
    const end = url.endsWith('/events') ? () => undefined : this.begin(init.method === 'POST' ? 'write' : 'read');
    const signals = [this.cut.signal, ...(init.signal ? [init.signal] : [])];
    try {
      if (this.state.offline) throw new TypeError('Failed to fetch');
      if (this.state.slow) await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
      const response = await fetch(url, { ...init, signal: AbortSignal.any(signals) });
      end(response.ok || response.status === 304 ? 'answered' : 'refused');
      return response;
    } catch (error) {
      end('failed');
      throw this.cut.signal.aborted ? new TypeError('Failed to fetch', { cause: error }) : error;
    }
  };

  private begin(kind: Trip['kind']): (outcome: Trip['outcome']) => void {
    this.trips += 1;
    const trip: Trip = { id: this.trips, kind, outcome: 'under_way' };
    this.trip = trip;
    this.tell();
    return (outcome) => {
      this.trip = { ...trip, outcome };
      this.tell();
    };
  }

  private tell(): void {
    this.listeners.forEach((listener) => listener());
  }
}

export const network = new Network();

import type {
  Channel,
  Environment,
  KeyValueStorage,
  Locks,
  OnboardingClient,
  PageEvent,
} from '../../client/kit/src/core/index.js';
import type { SimulatedClock } from './simulated-clock.js';

/** What carries a tab's requests. */
interface Carrier {
  fetch(tab: SimulatedTab, url: string, init: RequestInit): Promise<Response>;
}

interface LockRequest {
  readonly tab: SimulatedTab;
  grant(): void;
}

/** One device: its tabs share storage, locks, channels and a network. Each device has a clock of its own. */
export class SimulatedBrowser {
  readonly stored = new Map<string, string>();
  readonly tabs: SimulatedTab[] = [];
  isOnline = true;
  clockSkewMs = 0;
  /** A tab waited too long for the lock and went without it, as it may. */
  hasOverriddenLock = false;
  private readonly locks = new Map<string, LockRequest[]>();

  constructor(
    readonly name: string,
    readonly clock: SimulatedClock,
    readonly network: Carrier,
    private readonly nextRandom: () => number,
  ) {}

  open(): SimulatedTab {
    const tab = new SimulatedTab(this);
    this.tabs.push(tab);
    return tab;
  }

  /** As when its process dies: nothing that it had begun goes on, and its locks are free. */
  crash(tab: SimulatedTab): void {
    tab.isAlive = false;
    this.tabs.splice(this.tabs.indexOf(tab), 1);
    for (const [name, requests] of this.locks) {
      const wasHeld = requests[0]?.tab === tab;
      this.locks.set(
        name,
        requests.filter((request) => request.tab !== tab),
      );
      if (wasHeld) this.locks.get(name)?.[0]?.grant();
    }
  }

  /** Asks for its operations and rejections as they are stored. */
  keys(kind: 'q' | 'r'): string[] {
    return [...this.stored.keys()].filter((key) => key.includes(`:${kind}:`)).map((key) => key.split(':').at(-1) ?? '');
  }

  goOnline(isOnline: boolean): void {
    this.isOnline = isOnline;
    if (isOnline) for (const tab of this.tabs) tab.dispatch('online');
  }

  tellOthers(tab: SimulatedTab, tell: (other: SimulatedTab) => void): void {
    for (const other of this.tabs) {
      if (other !== tab) this.clock.after(1, () => other.isAlive && tell(other));
    }
  }

  random = (): number => this.nextRandom();

  locksOf(tab: SimulatedTab): Locks {
    return {
      request: (name, { signal }, use) =>
        new Promise((resolve, reject) => {
          const requests = this.locks.get(name) ?? [];
          this.locks.set(name, requests);
          let isGranted = false;
          const leave = (): void => {
            const current = this.locks.get(name) ?? [];
            const wasFirst = current[0] === request;
            current.splice(current.indexOf(request), 1);
            if (wasFirst) current[0]?.grant();
          };
          const request: LockRequest = {
            tab,
            grant: () => {
              isGranted = true;
              void use()
                .then(resolve, reject)
                .finally(() => tab.isAlive && leave());
            },
          };
          signal?.addEventListener('abort', () => {
            if (isGranted || !tab.isAlive) return;
            this.hasOverriddenLock = true;
            leave();
            reject(new Error('aborted'));
          });
          requests.push(request);
          if (requests[0] === request) queueMicrotask(() => tab.isAlive && request.grant());
        }),
    };
  }
}

export class SimulatedTab {
  isAlive = true;
  client!: OnboardingClient;
  /** The highest revision that it has shown as confirmed. */
  seenRevision = -1;
  private readonly listeners = new Set<readonly [PageEvent, (key?: string | null) => void]>();
  private readonly channels = new Map<string, (data: unknown) => void>();

  constructor(readonly browser: SimulatedBrowser) {}

  dispatch(event: PageEvent, key?: string | null): void {
    for (const [name, listener] of [...this.listeners]) if (name === event && this.isAlive) listener(key);
  }

  environment(): Environment {
    const { browser } = this;
    const isAlive = (): boolean => this.isAlive;
    return {
      storage: this.storage(),
      fetch: (url, init) => browser.network.fetch(this, url, init),
      clock: browser.clock.of(isAlive, () => browser.clockSkewMs),
      random: browser.random,
      randomId: () =>
        Math.floor(browser.random() * 36 ** 10)
          .toString(36)
          .padStart(10, '0'),
      locks: browser.locksOf(this),
      openChannel: (name, hear) => this.openChannel(name, hear),
      page: {
        isVisible: () => true,
        isOnline: () => browser.isOnline,
        hasLoginCookie: () => true,
        on: (event, listener) => {
          const entry = [event, listener] as const;
          this.listeners.add(entry);
          return () => this.listeners.delete(entry);
        },
      },
      takeInvitation: () => null,
    };
  }

  private openChannel(name: string, hear: (data: unknown) => void): Channel {
    this.channels.set(name, hear);
    return {
      postMessage: (message) => {
        const copy: unknown = JSON.parse(JSON.stringify(message));
        this.browser.tellOthers(this, (other) => other.channels.get(name)?.(copy));
      },
      close: () => this.channels.delete(name),
    };
  }

  private storage(): KeyValueStorage {
    const { stored } = this.browser;
    const changed = (key: string): void => this.browser.tellOthers(this, (other) => other.dispatch('storage', key));
    return {
      get length() {
        return stored.size;
      },
      key: (index) => [...stored.keys()][index] ?? null,
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => {
        stored.set(key, value);
        changed(key);
      },
      removeItem: (key) => {
        if (stored.delete(key)) changed(key);
      },
    };
  }
}

import type { Environment, KeyValueStorage } from '../core/index.js';

/** What the devtools break on purpose. */
export interface Faults {
  /** No request gets through. */
  readonly offline: boolean;
  /** The next transition is refused with 409, once. */
  readonly conflict: boolean;
  /** The storage is full. */
  readonly quota: boolean;
}

/** Switches that a panel shows and an environment obeys. */
export class FaultSwitches {
  private faults: Faults = { offline: false, conflict: false, quota: false };
  private readonly listeners = new Set<() => void>();

  get = (): Faults => this.faults;

  set(changed: Partial<Faults>): void {
    this.faults = { ...this.faults, ...changed };
    this.listeners.forEach((listener) => listener());
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

/** The same environment, broken as the switches say. */
export function withFaults(environment: Environment, switches: FaultSwitches): Environment {
  const { storage, page } = environment;
  return {
    ...environment,
    storage: storage && new FillableStorage(storage, () => switches.get().quota),
    page: { ...page, isOnline: () => !switches.get().offline && page.isOnline() },
    fetch: (url, init) => {
      const { offline, conflict } = switches.get();
      if (offline) return Promise.reject(new TypeError('Offline, by the devtools'));
      if (!conflict || !url.endsWith('/transitions')) return environment.fetch(url, init);
      switches.set({ conflict: false });
      return Promise.resolve(forcedConflict());
    },
  };
}

const forcedConflict = (): Response =>
  Response.json(
    { status: 409, code: 'transition_rejected', reason: 'step_resolved', detail: 'Refused by the devtools.' },
    { status: 409 },
  );

class FillableStorage implements KeyValueStorage {
  constructor(
    private readonly storage: KeyValueStorage,
    private readonly isFull: () => boolean,
  ) {}

  get length(): number {
    return this.storage.length;
  }

  key(index: number): string | null {
    return this.storage.key(index);
  }

  getItem(key: string): string | null {
    return this.storage.getItem(key);
  }

  setItem(key: string, value: string): void {
    if (this.isFull()) throw new DOMException('Full, by the devtools', 'QuotaExceededError');
    this.storage.setItem(key, value);
  }

  removeItem(key: string): void {
    this.storage.removeItem(key);
  }
}

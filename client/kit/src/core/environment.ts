/**
 * Everything that the core needs of a browser. It is injected, so that tests run the real code on simulated storage,
 * clocks, networks, locks and tabs. `browserEnvironment()` makes the real one.
 */
export interface Environment {
  /** localStorage, or undefined where site data is blocked. Any call may throw (quota). */
  readonly storage: KeyValueStorage | undefined;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly clock: Clock;
  /** Unguessable text of at least 10 characters `[a-z0-9]`. */
  readonly randomId: () => string;
  /** From 0 up to 1, for jitter. */
  readonly random: () => number;
  /** The Web Locks API; undefined where there is none. A request may reject (site data blocked). */
  readonly locks: Locks | undefined;
  /** Opens a channel to the other tabs of this origin, and hears what they say; undefined where there is none. */
  readonly openChannel: ((name: string, hear: (data: unknown) => void) => Channel) | undefined;
  readonly page: Page;
  /** The invitation in the page's address, once: it is taken out of the address, so that a reload does nothing again. */
  readonly takeInvitation: () => string | null;
}

export interface KeyValueStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface Clock {
  /** Milliseconds since 1970; may jump, in both directions. */
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

export interface Locks {
  request<T>(name: string, options: { readonly signal?: AbortSignal }, use: () => Promise<T>): Promise<T>;
}

export interface Channel {
  postMessage(message: unknown): void;
  close(): void;
}

/** `storage`: another tab changed the storage. `hide`: the page is left or put aside. `show`: it is back. */
export type PageEvent = 'visible' | 'hidden' | 'online' | 'show' | 'hide' | 'storage';

export interface Page {
  isVisible(): boolean;
  /** False only when the browser is sure that there is no network. */
  isOnline(): boolean;
  /** Auth0's cookie says that somebody is signed in; proves nothing. */
  hasLoginCookie(): boolean;
  /** Returns what ends it. With `storage`, `key` is the key that changed; null: all. */
  on(event: PageEvent, listener: (key?: string | null) => void): () => void;
}

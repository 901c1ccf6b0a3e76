import type { Channel, Environment, KeyValueStorage, PageEvent } from './environment.js';

const INVITATION_PARAMETER = 'invitation';
const LOGIN_COOKIE = /(^|; )auth0\.(.+\.)?is\.authenticated=/;

/** The window's own names; `visible` and `hidden` are two states of the document. */
const WINDOW_EVENTS: Partial<Record<PageEvent, string>> = {
  online: 'online',
  show: 'pageshow',
  hide: 'pagehide',
  storage: 'storage',
};

/**
 * The browser that this page runs in. On a server, where there is none, it stores nothing and never tells of anything.
 * `storage`: what to use instead of localStorage.
 */
export function browserEnvironment({ storage }: { readonly storage?: KeyValueStorage } = {}): Environment {
  const isBrowser = typeof document !== 'undefined';
  const locks = isBrowser ? navigator.locks : undefined;
  return {
    storage: storage ?? (isBrowser ? localStorageIfAllowed() : undefined),
    fetch: (url, init) => globalThis.fetch(url, init),
    clock: {
      now: () => Date.now(),
      setTimeout: (callback, ms) => setTimeout(callback, ms),
      clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    },
    random: () => Math.random(),
    randomId: () =>
      Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(36).padStart(2, '0')).join(''),
    locks: locks && { request: (name, options, use) => locks.request(name, options, use) },
    openChannel: isBrowser && 'BroadcastChannel' in globalThis ? openChannel : undefined,
    page: {
      isVisible: () => !isBrowser || document.visibilityState === 'visible',
      isOnline: () => !isBrowser || navigator.onLine,
      hasLoginCookie: () => isBrowser && LOGIN_COOKIE.test(document.cookie),
      on(event, listener) {
        if (!isBrowser) return () => undefined;
        const name = WINDOW_EVENTS[event];
        const source: EventTarget = name ? window : document;
        const hear = ({ key }: { key?: string | null } & Event): void => {
          if (name || document.visibilityState === event) listener(key);
        };
        source.addEventListener(name ?? 'visibilitychange', hear);
        return () => source.removeEventListener(name ?? 'visibilitychange', hear);
      },
    },
    takeInvitation: () => (isBrowser ? takeInvitation() : null),
  };
}

function openChannel(name: string, hear: (data: unknown) => void): Channel {
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }) => hear(data);
  return channel;
}

/** Even to name localStorage throws where site data is blocked. */
function localStorageIfAllowed(): KeyValueStorage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

function takeInvitation(): string | null {
  const url = new URL(location.href);
  const token = url.searchParams.get(INVITATION_PARAMETER);
  if (token === null) return null;
  url.searchParams.delete(INVITATION_PARAMETER);
  history.replaceState(history.state, '', url);
  return token;
}

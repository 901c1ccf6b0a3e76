import type { Channel, Environment, KeyValueStorage, PageEvent } from './environment.js';

const INVITATION_PARAMETER = 'invitation';
const LOGIN_COOKIE = /(^|; )auth0\.(.+\.)?is\.authenticated=/;

const EVENTS: Readonly<Record<PageEvent, readonly [target: 'window' | 'document', event: string]>> = {
  visible: ['document', 'visibilitychange'],
  hidden: ['document', 'visibilitychange'],
  online: ['window', 'online'],
  offline: ['window', 'offline'],
  show: ['window', 'pageshow'],
  hide: ['window', 'pagehide'],
  storage: ['window', 'storage'],
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
        const [target, name] = EVENTS[event];
        const source: EventTarget = target === 'window' ? window : document;
        const hear = ({ key }: { key?: string | null } & Event): void => {
          const isAsked = target === 'window' || document.visibilityState === event;
          if (isAsked) listener(key);
        };
        source.addEventListener(name, hear);
        return () => source.removeEventListener(name, hear);
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

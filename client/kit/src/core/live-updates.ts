import { backoff } from './backoff.js';
import type { LiveContext, LiveUpdates } from './client.types.js';

const LONGEST_SILENCE_MS = 60_000;
const LONGEST_HIDDEN_MS = 5 * 60_000;

/**
 * Follows a flow by server-sent events: by fetch, since EventSource cannot send a token. One tab of a browser is
 * connected and tells the others; another takes over when it goes. Where no stream can be had, it asks every minute.
 *
 * It lets go when the page is left or put aside (a held lock keeps a page out of the back/forward cache), and after
 * five minutes in the background; it is back with the page.
 */
export const liveUpdates: LiveUpdates = (context) => {
  const { clock, page } = context.environment;
  let leading: AbortController | null = null;
  let hidden: unknown;
  const begin = (): void => {
    clock.clearTimeout(hidden);
    if (leading) return;
    leading = new AbortController();
    void lead(context, leading.signal);
  };
  const end = (): void => {
    leading?.abort();
    leading = null;
  };
  const endLater = (): void => {
    hidden = clock.setTimeout(end, LONGEST_HIDDEN_MS);
  };
  const subscriptions = [
    page.on('show', begin),
    page.on('visible', begin),
    page.on('hide', end),
    page.on('hidden', endLater),
  ];
  begin();
  if (!page.isVisible()) endLater();
  return () => {
    subscriptions.forEach((unsubscribe) => unsubscribe());
    clock.clearTimeout(hidden);
    end();
  };
};

async function lead(context: LiveContext, signal: AbortSignal): Promise<void> {
  const follow = (): Promise<void> => (signal.aborted ? Promise.resolve() : followFor(context, signal));
  try {
    await (context.environment.locks?.request(context.lockName, { signal }, follow) ?? follow());
  } catch {
    // No locks with site data blocked: each tab follows for itself.
    await follow();
  }
}

/** Until the signal; never rejects. */
async function followFor(context: LiveContext, signal: AbortSignal): Promise<void> {
  const { clock, random } = context.environment;
  for (let failures = 0; !signal.aborted; failures += 1) {
    if (await stream(context, signal)) failures = 0;
    else if (!signal.aborted) context.poll();
    // Jittered from the first time on: a service that stops ends all streams at once.
    await pause(context, backoff(failures + 1, random()), signal);
  }

  /** Ends early when the network or the person is back. */
  function pause({ environment: { page } }: LiveContext, ms: number, until: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clock.clearTimeout(timer);
        subscriptions.forEach((unsubscribe) => unsubscribe());
        until.removeEventListener('abort', done);
        resolve();
      };
      const timer = clock.setTimeout(done, ms);
      const subscriptions = [page.on('online', done), page.on('visible', done)];
      if (until.aborted) done();
      else until.addEventListener('abort', done);
    });
  }
}

/** One connection, until it ends, falls silent, or the signal. Resolves to whether there was one. */
async function stream(context: LiveContext, signal: AbortSignal): Promise<boolean> {
  const { clock } = context.environment;
  const connection = new AbortController();
  const abort = (): void => connection.abort();
  signal.addEventListener('abort', abort);
  let watchdog = clock.setTimeout(abort, LONGEST_SILENCE_MS);
  let isConnected = false;
  try {
    const lastId = context.lastEventId();
    const response = await context.open(
      { accept: 'text/event-stream', ...(lastId !== undefined && { 'last-event-id': lastId }) },
      connection.signal,
    );
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (!response.ok || !isStream || !response.body) {
      abort();
      return false;
    }
    isConnected = true;
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let unread = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return true;
      clock.clearTimeout(watchdog);
      watchdog = clock.setTimeout(abort, LONGEST_SILENCE_MS);
      const events = (unread + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
      unread = events.pop() ?? '';
      for (const event of events) receive(context, event);
    }
  } catch {
    return isConnected;
  } finally {
    clock.clearTimeout(watchdog);
    signal.removeEventListener('abort', abort);
  }
}

function receive({ receive: take }: LiveContext, event: string): void {
  const lines = event.split(/\r?\n/);
  const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart());
  if (data.length && lines.some((line) => /^event: ?progress$/.test(line))) take(JSON.parse(data.join('\n')));
}

interface ReadableHeaders {
  get(name: string): string | null;
}

/** Auth0 says when its bucket has a token again; an absurd clock must not silence us for longer than this. */
const LONGEST_PAUSE_MS = 60_000;
const SHORTEST_PAUSE_MS = 500;

/** A header's number; undefined when it is missing or no number. */
export function numberIn(headers: ReadableHeaders, name: string): number | undefined {
  const value = headers.get(name);
  return value === null || !Number.isFinite(Number(value)) ? undefined : Number(value);
}

/** When to try again after a 429, by our clock: Auth0's own is taken from its `Date` header, since it may differ. */
export function retryAtIn(headers: ReadableHeaders): number {
  const now = Date.now();
  const reset = numberIn(headers, 'x-ratelimit-reset');
  const theirs = Date.parse(headers.get('date') ?? '');
  const waitMs = reset === undefined ? SHORTEST_PAUSE_MS : reset * 1000 - (Number.isNaN(theirs) ? now : theirs);
  return now + Math.min(Math.max(waitMs, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS);
}

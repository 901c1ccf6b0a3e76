interface ReadableHeaders {
  get(name: string): string | null;
}

/** Auth0 says when its bucket has a token again; an absurd clock must not silence us for longer than this. */
export const LONGEST_PAUSE_MS = 60_000;
const SHORTEST_PAUSE_MS = 500;

/** A header's number; undefined when it is missing or no number. */
export function numberIn(headers: ReadableHeaders, name: string): number | undefined {
  const value = headers.get(name);
  return value === null || !Number.isFinite(Number(value)) ? undefined : Number(value);
}

/**
 * How long to wait after a 429, in milliseconds. The header says until when by Auth0's clock, which the answer's own
 * `Date` tells.
 */
export function retryAfterIn(headers: ReadableHeaders): number {
  const reset = numberIn(headers, 'x-ratelimit-reset');
  const theirs = Date.parse(headers.get('date') ?? '');
  const waitMs = reset === undefined ? SHORTEST_PAUSE_MS : reset * 1000 - (Number.isNaN(theirs) ? Date.now() : theirs);
  return Math.min(Math.max(waitMs, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS);
}

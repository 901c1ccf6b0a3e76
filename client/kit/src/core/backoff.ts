const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** How long to wait after this many failures in a row: full jitter from 1 s up to 1 min, and never less than was asked for. */
export function backoff(failures: number, random: number, retryAfterMs = 0): number {
  const range = Math.min(LONGEST_MS, FIRST_MS * 2 ** failures) - FIRST_MS;
  return Math.max(FIRST_MS + random * range, retryAfterMs);
}

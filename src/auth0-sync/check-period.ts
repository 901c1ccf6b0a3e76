import type { MirrorCoverage } from '../maintenance/mirror-backlog.js';

/** How long it takes until every mirror has been compared with Auth0 once. */
export interface CheckPeriod {
  /** When the mirror that was seen longest ago was sent or compared; null when there is none. */
  readonly oldestSeenAt: Date | null;
  /** The longer of what has passed since then and what a round over all mirrors takes, in milliseconds. */
  readonly periodMs: number;
  readonly limitMs: number;
  /** The fault and what to do; null while the period is within the limit. */
  readonly fault: string | null;
}

export interface CheckPace {
  readonly limitMs: number;
  /** From one background check to the next, while nothing else is read. */
  readonly intervalMs: number;
  readonly now: number;
}

const DAY_MS = 86_400_000;

export function checkPeriod(
  { oldestSeenAt, mirrors }: MirrorCoverage,
  { limitMs, intervalMs, now }: CheckPace,
): CheckPeriod {
  const ageMs = oldestSeenAt ? Math.max(0, now - oldestSeenAt.getTime()) : 0;
  const roundMs = mirrors * intervalMs;
  const setting = `RECONCILE_WITHIN_DAYS (${days(limitMs)})`;
  let fault: string | null = null;
  if (roundMs > limitMs) {
    fault =
      `Comparing about ${mirrors.toLocaleString('en')} mirrors with Auth0 takes ${days(roundMs)} days at the pace that the plan ` +
      `leaves, which is more than ${setting}. Use a higher Auth0 plan (and set AUTH0_RATE_PLAN), or set a longer ` +
      'RECONCILE_WITHIN_DAYS.';
  } else if (ageMs > limitMs) {
    fault =
      `A mirror was last compared with Auth0 ${days(ageMs)} days ago, which is more than ${setting}. After an update or a long ` +
      'stop this passes by itself. If it does not, other calls use up the reads: use a higher Auth0 plan (and set ' +
      'AUTH0_RATE_PLAN), or set a longer RECONCILE_WITHIN_DAYS.';
  }
  return { oldestSeenAt, periodMs: Math.max(ageMs, roundMs), limitMs, fault };
}

const days = (ms: number): string => String(Math.round((10 * ms) / DAY_MS) / 10);

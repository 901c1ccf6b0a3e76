/** What one check came to. `check` is a stable name for machines, such as `auth0.machine-token`. */
export type Finding = Healthy | Failed | Skipped;

interface Healthy {
  readonly check: string;
  readonly status: 'ok';
  readonly summary: string;
}

export interface Failed {
  readonly check: string;
  readonly status: 'failed';
  readonly summary: string;
  /** Absent where the summary says it, as it does of settings. */
  readonly found?: string;
  readonly expected?: string;
  /** Which setting, or which place in Auth0 or PostgreSQL. */
  readonly change: string;
}

interface Skipped {
  readonly check: string;
  readonly status: 'skipped';
  /** Why it was not looked at. */
  readonly summary: string;
}

export const ok = (check: string, summary: string): Finding => ({ check, status: 'ok', summary });

export const skipped = (check: string, summary: string): Finding => ({ check, status: 'skipped', summary });

export const failed = (
  check: string,
  summary: string,
  what: Omit<Failed, 'check' | 'status' | 'summary'>,
): Finding => ({
  check,
  status: 'failed',
  summary,
  ...what,
});

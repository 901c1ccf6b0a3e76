import type { Confirmed } from './client.types.js';

/**
 * `open`: show what is behind the gate. `closed`: onboarding comes first. `wait`: an answer is coming. `unknown`: none
 * came; show neither. `sign_in`: nobody is signed in.
 */
export type GateDecision = 'open' | 'closed' | 'wait' | 'unknown' | 'sign_in';

export interface GateInput {
  /** What the login library says. */
  readonly session: 'loading' | 'signed_out' | 'signed_in';
  readonly confirmed: Confirmed;
  /** An answer is on its way. */
  readonly isFetching: boolean;
}

/**
 * The one decision behind every gate. It is for the eye; the service enforces.
 *
 * Only the database's word counts. Its earlier "completed", from the cache, opens provisionally. Its earlier
 * "incomplete" does not close: it may have been completed elsewhere since. What the mirror, a claim or a default says
 * neither opens nor closes.
 */
export function gateDecision({ session, confirmed, isFetching }: GateInput): GateDecision {
  if (session === 'loading') return 'wait';
  if (session === 'signed_out') return 'sign_in';
  if (confirmed.by !== 'none' && confirmed.isComplete === true) return 'open';
  if (confirmed.by === 'service' && confirmed.isComplete === false) return 'closed';
  return isFetching ? 'wait' : 'unknown';
}

export interface GateRoutes {
  readonly signIn: string;
  readonly onboarding: string;
  readonly home: string;
}

/**
 * Where a person who is at `path` belongs; `path` itself when they may stay. Applied to its own answer it gives that
 * answer again: no redirect loop.
 */
export function destination(decision: GateDecision, path: string, { signIn, onboarding, home }: GateRoutes): string {
  if (decision === 'sign_in') return signIn;
  if (decision === 'closed') return onboarding;
  return decision === 'open' && (path === onboarding || path === signIn) ? home : path;
}

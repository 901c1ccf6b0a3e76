import type { IdlePauseOptions } from '../database/idle-pause.js';

/** How patient the sending of mirrors is; milliseconds. Tests replace it to see an hour pass in a minute. */
export interface SyncTiming {
  /** Between two looks for due mirrors, while there are none: first, and after a while without any change. */
  readonly poll: IdlePauseOptions;
  /** A call that has not ended by then has failed, its body included. */
  readonly callMs: number;
  /** Within it a send has ended, or failed, or been given up. */
  readonly leaseMs: number;
  /**
   * A failed send is retried at a random time within a limit that doubles from `firstMs` to `lastMs`. A mirror that needs a
   * flow version which this process cannot serve waits for `versionMs` first.
   */
  readonly retry: { readonly firstMs: number; readonly lastMs: number; readonly versionMs: number };
  /** A call that got no answer may still arrive there within this time. */
  readonly doubtMs: number;
  /** After so many failures in a row nothing is sent, first for the one time and then for longer, up to the other. */
  readonly circuit: { readonly failures: number; readonly firstMs: number; readonly lastMs: number };
  readonly check: {
    /** A mirror that was sent or compared is not compared again sooner, unless an admin asks for it. */
    readonly afterMs: number;
    /** Between two looks for mirrors to compare, while there are none. */
    readonly idleMs: number;
    /** Between two tries, while other calls use the budget or Auth0 does not answer. */
    readonly busyMs: number;
  };
}

export const SYNC_TIMING = Symbol('SyncTiming');

export const DEFAULT_TIMING: SyncTiming = {
  poll: { firstMs: 500, lastMs: 5_000 },
  callMs: 10_000,
  leaseMs: 60_000,
  retry: { firstMs: 1_000, lastMs: 300_000, versionMs: 30_000 },
  doubtMs: 60_000,
  circuit: { failures: 5, firstMs: 2_000, lastMs: 30_000 },
  check: { afterMs: 12 * 3_600_000, idleMs: 60_000, busyMs: 2_000 },
};

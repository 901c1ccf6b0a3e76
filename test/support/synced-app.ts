import { Mirror } from '../../src/auth0-sync/mirror.js';
import { DEFAULT_TIMING, SYNC_TIMING, type SyncTiming } from '../../src/auth0-sync/sync-timing.js';
import { appWith, type Replaced } from './altered-app.js';

/** As in production, but with less patience: an hour of trouble passes in so many times less. */
export const hurried = (times: number): SyncTiming => ({
  ...DEFAULT_TIMING,
  poll: { firstMs: 50, lastMs: 50 },
  callMs: 500,
  retry: {
    firstMs: DEFAULT_TIMING.retry.firstMs / times,
    lastMs: DEFAULT_TIMING.retry.lastMs / times,
    versionMs: DEFAULT_TIMING.retry.versionMs / times,
  },
  doubtMs: DEFAULT_TIMING.doubtMs / times,
  check: {
    afterMs: DEFAULT_TIMING.check.afterMs,
    idleMs: DEFAULT_TIMING.check.idleMs / times,
    busyMs: DEFAULT_TIMING.check.busyMs / times,
  },
  circuit: {
    failures: DEFAULT_TIMING.circuit.failures,
    firstMs: DEFAULT_TIMING.circuit.firstMs / times,
    lastMs: DEFAULT_TIMING.circuit.lastMs / times,
  },
});

/** As `createApp`, but with another timing of the mirrors, or another store for them. */
export const syncedApp = (timing: SyncTiming, mirror?: Mirror) =>
  appWith([SYNC_TIMING, timing], ...(mirror ? [[Mirror, mirror] satisfies Replaced] : []));

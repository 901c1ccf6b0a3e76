import type { MirrorState } from '../auth0-sync/sync-state.js';
import type { MirrorsHealth } from './health.js';

/** A mirror that has been due for longer tells of trouble, and not of a busy minute. */
const LATE_MS = 300_000;

/** Degraded: behind for longer than a busy minute explains, unable to send, or compared with Auth0 too rarely. */
export function mirrorsHealth({
  lag,
  lateMs,
  checks,
  circuits,
  faults: reasons,
  leasedReadsLeft,
}: MirrorState): MirrorsHealth {
  const oldest = lag?.oldestDueAt ?? null;
  const faults: string[] = [];
  if (circuits.read !== 'closed' || circuits.write !== 'closed') {
    faults.push('The Management API cannot be used; mirrors are sent once it can.');
    faults.push(...reasons.map((reason) => reason.replace(/\.?$/, '.')));
  }
  if (oldest !== null && lateMs !== null && lateMs > LATE_MS) {
    faults.push(`A mirror has been due since ${oldest.toISOString()}; docs/operating.md says why that may be.`);
  }
  if (checks?.fault) faults.push(checks.fault);
  return {
    status: faults.length ? 'degraded' : lag ? 'up' : 'unknown',
    detail: faults.join(' ') || null,
    due: lag?.due ?? null,
    oldestDueAt: oldest?.toISOString() ?? null,
    parked: lag?.parked ?? null,
    oldestCheckAt: checks?.oldestSeenAt?.toISOString() ?? null,
    checkPeriodSeconds: checks && Math.round(checks.periodMs / 1000),
    readCircuit: circuits.read,
    writeCircuit: circuits.write,
    leasedReadsLeft,
  };
}

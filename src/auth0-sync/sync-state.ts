import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { DatabaseClock } from '../database/database-clock.js';
import { DatabasePing } from '../database/database-ping.js';
import { KeptCount } from '../database/kept-count.js';
import { MirrorBacklog, type MirrorLag } from '../maintenance/mirror-backlog.js';
import { CONFIG, type Config } from '../config/config.js';
import { checkPeriod, type CheckPeriod } from './check-period.js';
import { MirrorAccess, type MirrorCircuitStatus } from './mirror-access.js';
import { RateBudget } from './rate-budget.js';
import { SYNC_TIMING, type SyncTiming } from './sync-timing.js';

/** Probes come often, and ask every process. */
const KEPT_MS = 15_000;

/** How the mirrors are, for health and metrics. */
export interface MirrorState {
  /** Null while it is not known, because the database does not answer. */
  readonly lag: MirrorLag | null;
  /** For how long the oldest due mirror has been due, in milliseconds; 0 when none is, null while it is not known. */
  readonly lateMs: number | null;
  /** Null while it is not known, too. */
  readonly checks: CheckPeriod | null;
  readonly circuits: { readonly read: MirrorCircuitStatus; readonly write: MirrorCircuitStatus };
  /** Why Auth0 cannot be used, each reason once; empty while both circuits are closed. */
  readonly faults: readonly string[];
  /** Reads that this process could do now without the database. */
  readonly leasedReadsLeft: number;
}

const GAUGES: ReadonlyArray<readonly [name: string, help: string, (state: MirrorState) => number | null | undefined]> =
  [
    ['foothold_mirror_due', 'Mirrors to be sent', ({ lag }) => lag?.due],
    ['foothold_mirror_parked', 'Mirrors that wait for somebody', ({ lag }) => lag?.parked],
    [
      'foothold_mirror_lag_seconds',
      'For how long the oldest due mirror has been due',
      ({ lateMs }) => lateMs && lateMs / 1000,
    ],
    [
      'foothold_mirror_check_period_seconds',
      'How long it takes until every mirror has been compared with Auth0 once',
      ({ checks }) => checks && checks.periodMs / 1000,
    ],
    [
      'foothold_mirror_check_period_limit_seconds',
      'RECONCILE_WITHIN_DAYS: how long that may take',
      ({ checks }) => checks && checks.limitMs / 1000,
    ],
    [
      'foothold_mirror_leased_reads',
      'Reads left for while the database is down',
      ({ leasedReadsLeft }) => leasedReadsLeft,
    ],
    [
      'foothold_mirror_read_circuit_open',
      '1 while the Management API is not asked for people, because it has not been answering',
      ({ circuits }) => Number(circuits.read !== 'closed'),
    ],
    [
      'foothold_mirror_write_circuit_open',
      '1 while nothing is sent to the Management API, because it has not been answering',
      ({ circuits }) => Number(circuits.write !== 'closed'),
    ],
  ];

@Injectable()
export class SyncState implements OnModuleInit {
  private readonly lag: KeptCount<MirrorLag>;
  private readonly checks: KeptCount<CheckPeriod>;

  constructor(
    private readonly clock: DatabaseClock,
    ping: DatabasePing,
    backlog: MirrorBacklog,
    private readonly access: MirrorAccess,
    private readonly budget: RateBudget,
    private readonly registry: Registry,
    @Inject(CONFIG) { mirror: { reconcileWithinMs: limitMs } }: Config,
    @Inject(SYNC_TIMING) { check }: SyncTiming,
  ) {
    const keptMs = Math.min(KEPT_MS, check.idleMs);
    this.lag = new KeptCount(ping, keptMs, () => backlog.lag(clock.date()));
    this.checks = new KeptCount(ping, keptMs, async () => {
      const coverage = await backlog.coverage();
      return checkPeriod(coverage, { limitMs, intervalMs: budget.spareReadMs, now: clock.now() });
    });
  }

  async now(): Promise<MirrorState> {
    const lag = await this.lag.now();
    return {
      lag,
      lateMs: lag && (lag.oldestDueAt ? Math.max(0, this.clock.now() - lag.oldestDueAt.getTime()) : 0),
      checks: await this.checks.now(),
      circuits: { read: this.access.status('read'), write: this.access.status('write') },
      faults: [...new Set([this.access.fault('read'), this.access.fault('write')].filter((fault) => fault !== null))],
      leasedReadsLeft: this.budget.leasedReadsLeft(),
    };
  }

  onModuleInit(): void {
    for (const [name, help, valueOf] of GAUGES) this.register(name, help, valueOf);
  }

  private register(name: string, help: string, valueOf: (state: MirrorState) => number | null | undefined): void {
    const now = () => this.now();
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        const value = valueOf(await now());
        // Unknown is neither the last value nor zero, which `reset` would set.
        if (value === undefined || value === null) this.remove();
        else this.set(value);
      },
    });
  }
}

import { Injectable } from '@nestjs/common';
import { IssuerCheck } from '../auth/issuer-check.js';
import { SigningKeys } from '../auth/signing-keys.js';
import { SyncState } from '../auth0-sync/sync-state.js';
import { DatabaseCircuit } from '../database/database-circuit.js';
import { DatabasePing } from '../database/database-ping.js';
import { DatabaseStartup } from '../database/database-startup.js';
import { Database } from '../database/database.js';
import { Lineage, unconfirmedErasures } from '../database/lineage.js';
import { ClockHealth } from './clock-health.js';
import { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import type { ErasuresHealth, Health, LevelStatus, SettingsHealth } from './health.js';
import { mirrorsHealth } from './mirrors-health.js';

/** What each level says of itself, asked now. */
@Injectable()
export class HealthService {
  constructor(
    private readonly database: Database,
    private readonly startup: DatabaseStartup,
    private readonly circuit: DatabaseCircuit,
    private readonly ping: DatabasePing,
    private readonly keys: SigningKeys,
    private readonly issuers: IssuerCheck,
    private readonly sync: SyncState,
    private readonly clock: ClockHealth,
    private readonly catalog: FlowCatalog,
    private readonly lineage: Lineage,
  ) {}

  /** Why the service cannot take requests yet, or null. Once ready it stays so: outages degrade it. */
  get missing(): string | null {
    return this.startup.missing;
  }

  async check(): Promise<Health> {
    const [detail, sync] = await Promise.all([this.ping.fault(), this.sync.now()]);
    const mirrors = mirrorsHealth(sync);
    const issuers = this.keys.state();
    const keys: LevelStatus = issuers.every(({ keys: count }) => count > 0) ? 'up' : 'degraded';
    const database: LevelStatus = detail === null ? 'up' : 'down';
    const settings = this.settings();
    const clock = this.clock.state();
    const unavailable = this.catalog.hindrances();
    const flows = { status: unavailable.length ? 'degraded' : 'up', unavailable } as const;
    const erasures = this.erasures();
    const levels = [database, keys, mirrors.status, settings.status, clock.status, flows.status, erasures.status];
    return {
      status: levels.every((level) => level === 'up') ? 'up' : 'degraded',
      database: { status: database, detail, circuit: this.circuit.status, pool: this.database.poolState },
      keys: {
        status: keys,
        issuers: issuers.map((state) => ({ ...state, lastSuccess: state.lastSuccess?.toISOString() ?? null })),
      },
      mirrors,
      settings,
      clock,
      flows,
      erasures,
    };
  }

  /** The people of today are served; whether others are back only an operator can tell. */
  private erasures(): ErasuresHealth {
    const since = this.lineage.erasuresUnconfirmedSince;
    if (!since) return { status: 'up', unconfirmedSince: null, detail: null };
    return { status: 'degraded', unconfirmedSince: since.toISOString(), detail: unconfirmedErasures(since) };
  }

  /** The settings that can only be judged by asking around. */
  private settings(): SettingsHealth {
    const faults = this.issuers.faults();
    return { status: faults.length ? 'degraded' : 'up', issuers: this.issuers.state(), faults };
  }
}

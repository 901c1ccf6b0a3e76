import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { IssuerCheck } from '../auth/issuer-check.js';
import { SigningKeys } from '../auth/signing-keys.js';
import { SyncState } from '../auth0-sync/sync-state.js';
import { DatabaseCircuit } from '../database/database-circuit.js';
import { DatabaseOverloaded } from '../database/database-errors.js';
import { DatabaseStartup } from '../database/database-startup.js';
import { Database } from '../database/database.js';
import type { HealthDto, LevelStatus, MirrorsHealthDto, SettingsHealthDto } from './health.dto.js';

const PING_LIMIT_MS = 500;
/** A mirror that has been due for longer tells of trouble, and not of a busy minute. */
const LATE_MS = 300_000;
const PING = { name: 'ping', text: 'SELECT 1' };

/** What each level says of itself, asked now. */
@Injectable()
export class HealthService {
  private readonly logger = new Logger(HealthService.name);
  private pinging: Promise<string | null> | undefined;

  constructor(
    private readonly database: Database,
    private readonly startup: DatabaseStartup,
    private readonly circuit: DatabaseCircuit,
    private readonly keys: SigningKeys,
    private readonly issuers: IssuerCheck,
    private readonly sync: SyncState,
  ) {}

  /** Why the service cannot take requests yet, or null. Once ready it stays so: outages degrade it. */
  get missing(): string | null {
    return this.startup.missing;
  }

  async check(): Promise<HealthDto> {
    const detail = this.missing ?? (await this.databaseFault());
    const issuers = this.keys.state();
    const keys: LevelStatus = issuers.every(({ keys: count }) => count > 0) ? 'up' : 'degraded';
    const database: LevelStatus = detail === null ? 'up' : 'down';
    const settings = this.settings();
    const mirrors = await this.mirrors();
    return {
      status: [database, keys, mirrors.status, settings.status].every((level) => level === 'up') ? 'up' : 'degraded',
      database: { status: database, detail, circuit: this.circuit.status, pool: this.database.poolState },
      keys: {
        status: keys,
        issuers: issuers.map((state) => ({ ...state, lastSuccess: state.lastSuccess?.toISOString() ?? null })),
      },
      mirrors,
      settings,
    };
  }

  /** Behind for longer than a busy minute explains, or unable to send at all. */
  private async mirrors(): Promise<MirrorsHealthDto> {
    const { lag, circuits, leasedReadsLeft } = await this.sync.now();
    const oldest = lag?.oldestDueAt ?? null;
    const isLate = oldest !== null && Date.now() - oldest.getTime() > LATE_MS;
    const isClosed = circuits.read === 'closed' && circuits.write === 'closed';
    return {
      status: isClosed && !isLate ? 'up' : 'degraded',
      due: lag?.due ?? null,
      oldestDueAt: oldest?.toISOString() ?? null,
      parked: lag?.parked ?? null,
      readCircuit: circuits.read,
      writeCircuit: circuits.write,
      leasedReadsLeft,
    };
  }

  /** The settings that can only be judged by asking around. */
  private settings(): SettingsHealthDto {
    const faults = this.issuers.faults();
    return { status: faults.length ? 'degraded' : 'up', issuers: this.issuers.state(), faults };
  }

  /** Probes are impatient, and many of them must not take the pool's connections: one ping at a time, soon given up. */
  private databaseFault(): Promise<string | null> {
    this.pinging ??= this.ping().finally(() => (this.pinging = undefined));
    const silence = sleep(PING_LIMIT_MS, `The database did not answer within ${PING_LIMIT_MS} ms.`, { ref: false });
    return Promise.race([this.pinging, silence]);
  }

  /** What is wrong, in words that anybody may read; the log has the rest. */
  private async ping(): Promise<string | null> {
    try {
      await this.database.query(PING, []);
      return null;
    } catch (error) {
      this.logger.warn({ err: error }, 'The database does not answer');
      return error instanceof DatabaseOverloaded ? 'All connections are busy.' : 'The database does not answer.';
    }
  }
}

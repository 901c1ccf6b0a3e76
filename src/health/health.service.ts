import { Injectable } from '@nestjs/common';
import { SigningKeys } from '../auth/signing-keys.js';
import { DatabaseStartup } from '../database/database-startup.js';
import { Database } from '../database/database.js';
import type { HealthDto, LevelStatus } from './health.dto.js';

const PING = { name: 'ping', text: 'SELECT 1' };

/** What each level says of itself, asked now. */
@Injectable()
export class HealthService {
  constructor(
    private readonly database: Database,
    private readonly startup: DatabaseStartup,
    private readonly keys: SigningKeys,
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
    return {
      status: database === 'up' && keys === 'up' ? 'up' : 'degraded',
      database: { status: database, detail, pool: this.database.poolState },
      keys: {
        status: keys,
        issuers: issuers.map((state) => ({ ...state, lastSuccess: state.lastSuccess?.toISOString() ?? null })),
      },
    };
  }

  private async databaseFault(): Promise<string | null> {
    try {
      await this.database.query(PING, []);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { ChangeChannel } from '../../database/change-channel.js';
import { DatabaseStartup } from '../../database/database-startup.js';
import { IdlePause, type IdlePauseOptions } from '../../database/idle-pause.js';
import { NIL_UUID } from '../../database/uuid.js';
import { RollupBacklog } from '../../maintenance/rollup-backlog.js';
import { Rollup, type Found } from './rollup.js';

/** What users do between two looks costs one look. */
const POLL: IdlePauseOptions = { firstMs: 1_000, lastMs: 5_000 };
const TENANTS_AT_ONCE = 50;

/**
 * Rolls up what moved, tenant after tenant and a batch of each, so that no big one holds the others up. Every process
 * runs one, and they share the work: a tenant is claimed for one batch.
 *
 * working: goes around all tenants that have something to do, until none has more than a batch.
 * waiting: for a second, so that all changes of a second are counted together. The pause grows while there is nothing to do or
 *   the database fails, until something changes.
 * stopped: ends after the batch under way.
 */
@Injectable()
export class RollupWorker implements OnModuleDestroy {
  private readonly logger = new Logger(RollupWorker.name);
  private readonly stopping = new AbortController();
  private readonly pause = new IdlePause(POLL);
  private running: Promise<void> | undefined;

  constructor(
    private readonly backlog: RollupBacklog,
    private readonly rollup: Rollup,
    changes: ChangeChannel,
    startup: DatabaseStartup,
  ) {
    changes.subscribeToAll(this.pause.wake);
    void startup.ready.then(() => {
      if (!this.stopping.signal.aborted) this.running = this.run();
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const found = await this.round();
        if (found !== 'nothing') this.pause.reset();
        if (found === 'more') continue;
      } catch (error) {
        this.logger.debug({ err: error }, 'The rollup waits: the database does not answer');
      }
      await this.pause.wait(signal);
    }
  }

  /** One batch of each tenant that has work. */
  private async round(): Promise<Found> {
    let found: Found = 'nothing';
    let tenants: string[] = [];
    do {
      tenants = await this.backlog.dueTenants(tenants.at(-1) ?? NIL_UUID, TENANTS_AT_ONCE);
      for (const tenantId of tenants) {
        if (this.stopping.signal.aborted) return found;
        const step = await this.stepOf(tenantId);
        if (step === 'more' || found === 'nothing') found = step;
      }
    } while (tenants.length === TENANTS_AT_ONCE);
    return found;
  }

  /** What cannot be rolled up of one tenant must not keep the others waiting. */
  private async stepOf(tenantId: string): Promise<Found> {
    try {
      return await this.rollup.step(tenantId);
    } catch (error) {
      this.logger.warn({ err: error }, `The rollup of the tenant ${tenantId} failed; it is tried again`);
      return 'nothing';
    }
  }
}

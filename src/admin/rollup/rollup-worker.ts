import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { ChangeChannel } from '../../database/change-channel.js';
import { DatabaseStartup } from '../../database/database-startup.js';
import { IdlePause, type IdlePauseOptions } from '../../database/idle-pause.js';
import { NIL_UUID } from '../../database/uuid.js';
import { RollupBacklog } from '../../maintenance/rollup-backlog.js';
import { Rollup } from './rollup.js';

/** What users do between two looks costs one look. */
const POLL: IdlePauseOptions = { firstMs: 1_000, lastMs: 5_000 };
const TENANTS_AT_ONCE = 50;

/**
 * Rolls up what moved, tenant after tenant and a batch of each, so that no big one holds the others up. Every process
 * runs one, and they share the work: a tenant is claimed for one batch.
 *
 * working: goes around all tenants that have something to do, again and again.
 * waiting: nothing was to do, or the database failed. Looks again after a pause, which grows until something changes.
 * stopped: ends after the batch under way.
 */
@Injectable()
export class RollupWorker implements OnModuleDestroy {
  private readonly logger = new Logger(RollupWorker.name);
  private readonly stopping = new AbortController();
  private readonly pause = new IdlePause(POLL);
  private running: Promise<void> | undefined;
  private after = NIL_UUID;

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
        if (await this.round()) {
          this.pause.reset();
          continue;
        }
      } catch (error) {
        this.logger.debug({ err: error }, 'The rollup waits: the database does not answer');
      }
      await this.pause.wait(signal);
    }
  }

  /** Whether there may be more to do at once. */
  private async round(): Promise<boolean> {
    const startedAt = this.after;
    const tenants = await this.backlog.dueTenants(startedAt, TENANTS_AT_ONCE);
    this.after = tenants.length < TENANTS_AT_ONCE ? NIL_UUID : (tenants.at(-1) as string);
    let rolledUp = 0;
    for (const tenantId of tenants) {
      if (this.stopping.signal.aborted) return false;
      rolledUp += await this.stepOf(tenantId);
    }
    return rolledUp > 0 || startedAt !== NIL_UUID;
  }

  /** What cannot be rolled up of one tenant must not keep the others waiting. */
  private async stepOf(tenantId: string): Promise<number> {
    try {
      return await this.rollup.step(tenantId);
    } catch (error) {
      this.logger.warn({ err: error }, `The rollup of the tenant ${tenantId} failed; it is tried again`);
      return 0;
    }
  }
}

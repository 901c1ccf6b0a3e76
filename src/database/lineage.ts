import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource, type EntityManager } from 'typeorm';
import { DatabaseStartup } from './database-startup.js';
import { Dataset } from './dataset.entity.js';

/**
 * Which data set answers. Revisions are comparable within a lineage only: data that was restored, or that runs on
 * another cluster or timeline than last time, may have lost what it had confirmed, and gets a new one.
 */
@Injectable()
export class Lineage implements OnModuleInit {
  private readonly logger = new Logger(Lineage.name);
  private lineage: string | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly startup: DatabaseStartup,
  ) {}

  onModuleInit(): void {
    this.startup.addCheck(() => this.refresh());
  }

  get current(): string {
    if (this.lineage === undefined) throw new Error('The lineage is read before the first request is served');
    return this.lineage;
  }

  /** Compares the data set with the cluster that it is on now, and begins a new lineage where they differ. */
  async refresh(): Promise<void> {
    this.lineage = await this.dataSource.transaction(async (manager) => {
      const here = await this.whereWeAre(manager);
      await manager
        .createQueryBuilder()
        .insert()
        .into(Dataset)
        .values({ singleton: true, lineage: randomUUID(), ...here })
        .orIgnore()
        .execute();
      const known = await manager.findOneOrFail(Dataset, {
        where: { singleton: true },
        lock: { mode: 'pessimistic_write' },
      });
      if (known.systemIdentifier === here.systemIdentifier && known.timeline === here.timeline) return known.lineage;
      const lineage = randomUUID();
      this.logger.warn(`The data is on another cluster or timeline than before: lineage ${lineage} begins.`);
      await manager.update(Dataset, { singleton: true }, { lineage, ...here });
      return lineage;
    });
  }

  private async whereWeAre(manager: EntityManager): Promise<{ systemIdentifier: string; timeline: number }> {
    const [{ identifier, timeline }] = await manager.query(
      `SELECT system_identifier::text AS identifier, timeline_id AS timeline
       FROM pg_control_system(), pg_control_checkpoint()`,
    );
    return { systemIdentifier: identifier, timeline };
  }
}

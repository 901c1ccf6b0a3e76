import { Module } from '@nestjs/common';
import { DatabaseModule } from '../../database/database.module.js';
import { FlowCatalogModule } from '../../flow-catalog/flow-catalog.module.js';
import { RollupBacklogModule } from '../../maintenance/rollup-backlog.module.js';
import { Rollup } from './rollup.js';
import { RollupRepository } from './rollup.repository.js';
import { RollupWorker } from './rollup-worker.js';

/** Keeps where people stand, and how many came how far, beside progress. */
@Module({
  imports: [DatabaseModule, FlowCatalogModule, RollupBacklogModule],
  providers: [Rollup, RollupRepository, RollupWorker],
})
export class RollupModule {}

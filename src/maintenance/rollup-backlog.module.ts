import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { RollupBacklog } from './rollup-backlog.js';

/** Lends the cross-tenant reads of this folder to the rollup and to the funnel of the platform. */
@Module({ imports: [DatabaseModule], providers: [RollupBacklog], exports: [RollupBacklog] })
export class RollupBacklogModule {}

import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { MirrorBacklog } from './mirror-backlog.js';

/** Lends the cross-tenant reads of this folder to the worker that sends mirrors. */
@Module({ imports: [DatabaseModule], providers: [MirrorBacklog], exports: [MirrorBacklog] })
export class MirrorBacklogModule {}

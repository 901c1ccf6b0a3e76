import { Module } from '@nestjs/common';
import { HealthModule } from '../health/health.module.js';
import { ManagementServer } from './management-server.js';

/** What operators ask of one process, on a port of its own. */
@Module({ imports: [HealthModule], providers: [ManagementServer] })
export class ManagementModule {}

import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { DeadLettersService } from './dead-letters.service.js';
import { JobMetrics } from './job-metrics.js';
import { JobQueueRepository } from './job-queue.repository.js';
import { JobRunner } from './job-runner.js';

/** What is done in the background: added within a transaction, and gone on with whatever is killed. */
@Module({
  imports: [DatabaseModule],
  controllers: [DeadLettersController],
  providers: [JobRunner, JobQueueRepository, DeadLettersService, JobMetrics],
  exports: [JobRunner, JobQueueRepository],
})
export class JobsModule {}

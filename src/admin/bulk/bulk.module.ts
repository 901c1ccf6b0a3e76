import { Module } from '@nestjs/common';
import { DatabaseModule } from '../../database/database.module.js';
import { FlowCatalogModule } from '../../flow-catalog/flow-catalog.module.js';
import { JobsModule } from '../../jobs/jobs.module.js';
import { OnboardingModule } from '../../onboarding/onboarding.module.js';
import { TenantModule } from '../../tenant/tenant.module.js';
import { BulkJobRepository } from './bulk-job.repository.js';
import { BulkRunner } from './bulk-runner.js';
import { BulkStanding } from './bulk-standing.js';
import { BulkController } from './bulk.controller.js';
import { BulkService } from './bulk.service.js';

/** Many people at once, with a way back. */
@Module({
  imports: [DatabaseModule, FlowCatalogModule, JobsModule, OnboardingModule, TenantModule],
  controllers: [BulkController],
  providers: [BulkService, BulkRunner, BulkStanding, BulkJobRepository],
})
export class BulkModule {}

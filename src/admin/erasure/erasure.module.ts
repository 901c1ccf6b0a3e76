import { Module } from '@nestjs/common';
import { Auth0SyncModule } from '../../auth0-sync/auth0-sync.module.js';
import { TenantModule } from '../../tenant/tenant.module.js';
import { ExportLimit } from '../export-limit.js';
import { DatabaseModule } from '../../database/database.module.js';
import { JobsModule } from '../../jobs/jobs.module.js';
import { ErasureJob } from './erasure-job.js';
import { PendingErasureRepository } from './pending-erasure.repository.js';
import { ErasureRepository } from './erasure.repository.js';
import { ErasureService } from './erasure.service.js';
import { PersonEraser } from './person-eraser.js';
import { PersonalDataController } from './personal-data.controller.js';
import { PersonalDataRepository } from './personal-data.repository.js';
import { PersonalDataService } from './personal-data.service.js';

/** What a person may ask for of their data: to have it, and to be forgotten. */
@Module({
  imports: [TenantModule, Auth0SyncModule, DatabaseModule, JobsModule],
  controllers: [PersonalDataController],
  providers: [
    ExportLimit,
    PersonalDataService,
    PersonalDataRepository,
    ErasureService,
    ErasureJob,
    PendingErasureRepository,
    ErasureRepository,
    PersonEraser,
  ],
  exports: [ExportLimit],
})
export class ErasureModule {}

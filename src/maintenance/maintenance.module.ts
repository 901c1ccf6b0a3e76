import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { FlowCatalogModule } from '../flow-catalog/flow-catalog.module.js';
import { AllTenants } from './all-tenants.js';
import { DueStepsController } from './due-steps.controller.js';
import { DueStepsRepository } from './due-steps.repository.js';
import { DueStepsService } from './due-steps.service.js';
import { OperationRetention } from './operation-retention.js';

/** What has to be done across tenants: the only folder that may act as the role `foothold_worker`. */
@Module({
  imports: [DatabaseModule, FlowCatalogModule],
  controllers: [DueStepsController],
  providers: [OperationRetention, AllTenants, DueStepsService, DueStepsRepository],
  exports: [AllTenants],
})
export class MaintenanceModule {}

import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { AllTenants } from './all-tenants.js';
import { OperationRetention } from './operation-retention.js';

/** What has to be done across tenants: the only folder that may act as the role `foothold_worker`. */
@Module({ imports: [DatabaseModule], providers: [OperationRetention, AllTenants], exports: [AllTenants] })
export class MaintenanceModule {}

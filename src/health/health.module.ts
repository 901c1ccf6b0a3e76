import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { Auth0SyncModule } from '../auth0-sync/auth0-sync.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { ClockHealth } from './clock-health.js';
import { FlowCatalogModule } from '../flow-catalog/flow-catalog.module.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';

@Module({
  imports: [AuthModule, Auth0SyncModule, DatabaseModule, FlowCatalogModule],
  controllers: [HealthController],
  providers: [ClockHealth, HealthService],
  exports: [HealthService],
})
export class HealthModule {}

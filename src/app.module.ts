import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { AdminModule } from './admin/admin.module.js';
import { AuthModule } from './auth/auth.module.js';
import { Auth0SyncModule } from './auth0-sync/auth0-sync.module.js';
import { ConfigModule } from './config/config.module.js';
import type { Config } from './config/config.js';
import { DatabaseModule } from './database/database.module.js';
import { FlowCatalogModule } from './flow-catalog/flow-catalog.module.js';
import { HealthModule } from './health/health.module.js';
import { BodyPipe } from './http/body.pipe.js';
import { ProblemFilter } from './http/problem.filter.js';
import { QueryModule } from './http/query.module.js';
import { MaintenanceModule } from './maintenance/maintenance.module.js';
import { ManagementModule } from './management/management.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { OnboardingModule } from './onboarding/onboarding.module.js';
import { PortsModule } from './ports.module.js';
import { TenantModule } from './tenant/tenant.module.js';

/** The table of contents. The guards run in this order: what the caller may do, and with which parameters. */
@Module({})
export class AppModule {
  static with(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        AuthModule,
        QueryModule,
        DatabaseModule,
        FlowCatalogModule,
        TenantModule,
        OnboardingModule,
        AdminModule,
        Auth0SyncModule,
        PortsModule,
        HealthModule,
        MaintenanceModule,
        ManagementModule,
        MetricsModule,
      ],
      providers: [
        { provide: APP_PIPE, useClass: BodyPipe },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}

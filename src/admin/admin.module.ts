import { Module } from '@nestjs/common';
import { Auth0SyncModule } from '../auth0-sync/auth0-sync.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { FlowCatalogModule } from '../flow-catalog/flow-catalog.module.js';
import { RollupBacklogModule } from '../maintenance/rollup-backlog.module.js';
import { OnboardingModule } from '../onboarding/onboarding.module.js';
import { TenantModule } from '../tenant/tenant.module.js';
import { BulkModule } from './bulk/bulk.module.js';
import { ErasureModule } from './erasure/erasure.module.js';
import { ExplainController } from './explain/explain.controller.js';
import { ExplainService } from './explain/explain.service.js';
import { MemberRecordRepository } from './explain/member-record.repository.js';
import { ExportController } from './export/export.controller.js';
import { ExportRepository } from './export/export.repository.js';
import { ExportService } from './export/export.service.js';
import { FlowPeopleGauges } from './funnel/flow-people.gauges.js';
import { FunnelController } from './funnel/funnel.controller.js';
import { FunnelRepository } from './funnel/funnel.repository.js';
import { FunnelService } from './funnel/funnel.service.js';
import { PeopleController } from './people/people.controller.js';
import { PeopleRepository } from './people/people.repository.js';
import { PeopleService } from './people/people.service.js';
import { RestoreController } from './restore/restore.controller.js';
import { RestoreService } from './restore/restore.service.js';
import { RollupModule } from './rollup/rollup.module.js';
import { MemberTransitionsController } from './transitions/member-transitions.controller.js';
import { MemberTransitionsService } from './transitions/member-transitions.service.js';

/**
 * What owners, admins and the platform do about other people's onboarding: see, explain, repair, account for. One folder
 * an idea. Every route goes through the one door of `src/tenant/administration`, and writes through `src/onboarding`.
 */
@Module({
  imports: [
    Auth0SyncModule,
    BulkModule,
    DatabaseModule,
    ErasureModule,
    FlowCatalogModule,
    OnboardingModule,
    RollupBacklogModule,
    RollupModule,
    TenantModule,
  ],
  controllers: [
    ExplainController,
    ExportController,
    FunnelController,
    MemberTransitionsController,
    PeopleController,
    RestoreController,
  ],
  providers: [
    ExplainService,
    ExportRepository,
    ExportService,
    FlowPeopleGauges,
    FunnelRepository,
    FunnelService,
    MemberRecordRepository,
    MemberTransitionsService,
    PeopleRepository,
    PeopleService,
    RestoreService,
  ],
})
export class AdminModule {}

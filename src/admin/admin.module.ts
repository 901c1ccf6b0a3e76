import { Module } from '@nestjs/common';
import { Auth0SyncModule } from '../auth0-sync/auth0-sync.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { FlowCatalogModule } from '../flow-catalog/flow-catalog.module.js';
import { OnboardingModule } from '../onboarding/onboarding.module.js';
import { TenantModule } from '../tenant/tenant.module.js';
import { ExplainController } from './explain/explain.controller.js';
import { ExplainService } from './explain/explain.service.js';
import { MemberRecordRepository } from './explain/member-record.repository.js';
import { RestoreController } from './restore/restore.controller.js';
import { RestoreService } from './restore/restore.service.js';
import { MemberTransitionsController } from './transitions/member-transitions.controller.js';
import { MemberTransitionsService } from './transitions/member-transitions.service.js';

/**
 * What owners, admins and the platform do about other people's onboarding: see, explain, repair, account for. One folder
 * an idea. Every route goes through the one door of `src/tenant/administration`, and writes through `src/onboarding`.
 */
@Module({
  imports: [Auth0SyncModule, DatabaseModule, FlowCatalogModule, OnboardingModule, TenantModule],
  controllers: [ExplainController, MemberTransitionsController, RestoreController],
  providers: [ExplainService, MemberRecordRepository, MemberTransitionsService, RestoreService],
})
export class AdminModule {}

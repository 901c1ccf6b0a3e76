import { Module } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { DatabaseModule } from '../database/database.module.js';
import { FlowCatalogModule } from '../flow-catalog/flow-catalog.module.js';
import { MirrorBacklogModule } from '../maintenance/mirror-backlog.module.js';
import { OnboardingModule } from '../onboarding/onboarding.module.js';
import { TenantModule } from '../tenant/tenant.module.js';
import { Auth0MirrorGateway } from './auth0-mirror.gateway.js';
import { BackgroundCheck } from './background-check.js';
import { ExportComparison } from './export-comparison.js';
import { FanOut } from './fan-out.js';
import { FanOutRepository } from './fan-out.repository.js';
import { LostMemberCheck } from './lost-member-check.js';
import { MirrorAccess } from './mirror-access.js';
import { MirrorCaseRepository } from './mirror-case.repository.js';
import { MirrorCasesController } from './mirror-cases.controller.js';
import { MirrorCasesService } from './mirror-cases.service.js';
import { MirrorInspection } from './mirror-inspection.js';
import { MirrorReader } from './mirror-reader.js';
import { MirrorRecordRepository } from './mirror-record.repository.js';
import { MirrorReconciliation } from './mirror-reconciliation.js';
import { MirrorRepository } from './mirror.repository.js';
import { MirrorRestore } from './mirror-restore.js';
import { MirrorSender } from './mirror-sender.js';
import { MirrorWorker } from './mirror-worker.js';
import { MirrorsAhead } from './mirrors-ahead.js';
import { Mirror } from './mirror.js';
import { MirroredProgress } from './mirrored-progress.js';
import { RateBudget } from './rate-budget.js';
import { RateBudgetRepository } from './rate-budget.repository.js';
import { Seal } from './seal.js';
import { SyncMetrics } from './sync-metrics.js';
import { SyncReportController } from './sync-report.controller.js';
import { SyncReportRepository } from './sync-report.repository.js';
import { SyncReportService } from './sync-report.service.js';
import { SyncState } from './sync-state.js';
import { DEFAULT_TIMING, SYNC_TIMING } from './sync-timing.js';
import { WantedMirrors } from './wanted-mirrors.js';

/** Auth0's level: keeps the mirrors up to date, and answers from them while the database does not. */
@Module({
  imports: [DatabaseModule, FlowCatalogModule, MirrorBacklogModule, OnboardingModule, TenantModule],
  controllers: [SyncReportController, MirrorCasesController],
  providers: [
    { provide: Mirror, useClass: Auth0MirrorGateway },
    { provide: SYNC_TIMING, useValue: DEFAULT_TIMING },
    {
      provide: Seal,
      inject: [CONFIG],
      useFactory: ({ mirror: { environment, sealKey, previousSealKey } }: Config) =>
        new Seal(environment, previousSealKey ? [sealKey, previousSealKey] : [sealKey]),
    },
    BackgroundCheck,
    ExportComparison,
    FanOut,
    FanOutRepository,
    LostMemberCheck,
    MirrorAccess,
    MirrorCaseRepository,
    MirrorCasesService,
    MirrorInspection,
    MirrorReader,
    MirrorRecordRepository,
    MirrorReconciliation,
    MirrorRepository,
    MirrorRestore,
    MirrorSender,
    MirrorWorker,
    MirrorsAhead,
    MirroredProgress,
    RateBudget,
    RateBudgetRepository,
    SyncMetrics,
    SyncReportRepository,
    SyncReportService,
    SyncState,
    WantedMirrors,
  ],
  exports: [LostMemberCheck, MirrorInspection, MirroredProgress, SyncState],
})
export class Auth0SyncModule {}

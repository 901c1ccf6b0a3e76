import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { FlowCatalogModule } from '../flow-catalog/flow-catalog.module.js';
import { TenantModule } from '../tenant/tenant.module.js';
import { AttestationController } from './attestation.controller.js';
import { AttestationRepository } from './attestation.repository.js';
import { AttestationService } from './attestation.service.js';
import { ProgressEventsController } from './events/progress-events.controller.js';
import { ProgressEventsService } from './events/progress-events.service.js';
import { ClientReadsController } from './client-reads.controller.js';
import { ClientReadsService } from './client-reads.service.js';
import { HistoryRepository } from './history.repository.js';
import { HistoryService } from './history.service.js';
import { LastSeen } from './last-seen.js';
import { OnBehalfService } from './on-behalf.service.js';
import { OnboardingController } from './onboarding.controller.js';
import { OnboardingService } from './onboarding.service.js';
import { PartHistoryRepository } from './part-history.repository.js';
import { PartRestoreService } from './part-restore.service.js';
import { ProgressRepository } from './progress.repository.js';
import { SightingRepository } from './sighting.repository.js';
import { RepeatedChanges } from './repeated-changes.js';
import { Sightings } from './sightings.js';
import { StepDataValidator } from './step-data.validator.js';
import { StepMover } from './step-mover.js';
import { TransitionMetrics } from './transition-metrics.js';

@Module({
  imports: [DatabaseModule, FlowCatalogModule, TenantModule],
  controllers: [OnboardingController, ProgressEventsController, AttestationController, ClientReadsController],
  providers: [
    OnboardingService,
    StepMover,
    OnBehalfService,
    PartRestoreService,
    PartHistoryRepository,
    HistoryService,
    AttestationService,
    ProgressEventsService,
    ProgressRepository,
    HistoryRepository,
    AttestationRepository,
    ClientReadsService,
    LastSeen,
    RepeatedChanges,
    Sightings,
    SightingRepository,
    StepDataValidator,
    TransitionMetrics,
  ],
  exports: [
    LastSeen,
    ProgressRepository,
    OnBehalfService,
    PartRestoreService,
    HistoryService,
    RepeatedChanges,
    TransitionMetrics,
  ],
})
export class OnboardingModule {}

import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DatabaseModule } from '../database/database.module.js';
import { Attesters } from './attesters.js';
import { FlowPreparation } from './catalog-flow.js';
import { FLOW_DEFINITIONS, FlowCatalog } from './flow-catalog.js';
import { FlowVersion } from './flow-version.entity.js';
import { FlowVersionRepository } from './flow-version.repository.js';
import { memberTour } from './flows/member-tour.flow.js';
import { workspace } from './flows/workspace.flow.js';
import { StoredFlows } from './stored-flows.js';

@Module({
  imports: [DatabaseModule, TypeOrmModule.forFeature([FlowVersion])],
  providers: [
    Attesters,
    FlowCatalog,
    FlowPreparation,
    StoredFlows,
    FlowVersionRepository,
    { provide: FLOW_DEFINITIONS, useValue: [workspace, memberTour] },
  ],
  exports: [Attesters, FlowCatalog],
})
export class FlowCatalogModule {}

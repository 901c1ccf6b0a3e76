import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DatabaseModule } from '../database/database.module.js';
import { FLOW_DEFINITIONS, FlowCatalog } from './flow-catalog.js';
import { FlowVersion } from './flow-version.entity.js';
import { FlowVersionRepository } from './flow-version.repository.js';
import { memberTour } from './flows/member-tour.flow.js';
import { workspace } from './flows/workspace.flow.js';

@Module({
  imports: [DatabaseModule, TypeOrmModule.forFeature([FlowVersion])],
  providers: [FlowCatalog, FlowVersionRepository, { provide: FLOW_DEFINITIONS, useValue: [workspace, memberTour] }],
  exports: [FlowCatalog],
})
export class FlowCatalogModule {}

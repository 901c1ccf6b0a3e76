import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { AuditRepository } from './audit.repository.js';
import { MeController } from './me.controller.js';
import { TenantRepository } from './tenant.repository.js';
import { TenantService } from './tenant.service.js';

@Module({
  imports: [DatabaseModule],
  controllers: [MeController],
  providers: [TenantService, TenantRepository, AuditRepository],
  exports: [TenantService, AuditRepository],
})
export class TenantModule {}

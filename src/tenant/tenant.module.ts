import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { MaintenanceModule } from '../maintenance/maintenance.module.js';
import { TenantAdministration } from './administration/tenant-administration.js';
import { TenantStandingRepository } from './administration/tenant-standing.repository.js';
import { AuditLogController } from './audit-log/audit-log.controller.js';
import { AuditLogService } from './audit-log/audit-log.service.js';
import { AuditRepository } from './audit.repository.js';
import { CountedAudit } from './counted-audit.js';
import { Tombstones } from './erasure/tombstones.js';
import { InvitationAcceptanceController } from './invitations/invitation-acceptance.controller.js';
import { InvitationAcceptance } from './invitations/invitation-acceptance.service.js';
import { InvitationRepository } from './invitations/invitation.repository.js';
import { InvitationsController } from './invitations/invitations.controller.js';
import { InvitationsService } from './invitations/invitations.service.js';
import { MeController } from './me.controller.js';
import { MemberRepository } from './members/member.repository.js';
import { MembersController } from './members/members.controller.js';
import { MembersService } from './members/members.service.js';
import { TenantRepository } from './tenant.repository.js';
import { TenantService } from './tenant.service.js';
import { ClosedTenantRetention } from './tenants/closed-tenant-retention.js';
import { TenantLifecycleRepository } from './tenants/tenant-lifecycle.repository.js';
import { TenantsController } from './tenants/tenants.controller.js';
import { TenantsService } from './tenants/tenants.service.js';
import { UntouchedDrafts } from './tenants/untouched-drafts.js';

/**
 * Whose data? `TenantService` leads a person to their tenant; `TenantAdministration` is the door for those who
 * administer one, and every admin route, here or elsewhere, goes through it.
 */
@Module({
  imports: [AuthModule, DatabaseModule, MaintenanceModule],
  controllers: [
    MeController,
    InvitationAcceptanceController,
    TenantsController,
    MembersController,
    InvitationsController,
    AuditLogController,
  ],
  providers: [
    TenantService,
    TenantRepository,
    TenantAdministration,
    TenantStandingRepository,
    TenantsService,
    TenantLifecycleRepository,
    UntouchedDrafts,
    ClosedTenantRetention,
    MembersService,
    MemberRepository,
    InvitationsService,
    InvitationAcceptance,
    InvitationRepository,
    AuditLogService,
    AuditRepository,
    CountedAudit,
    Tombstones,
  ],
  exports: [
    TenantService,
    TenantAdministration,
    TenantLifecycleRepository,
    TenantStandingRepository,
    AuditRepository,
    CountedAudit,
    MemberRepository,
    Tombstones,
  ],
})
export class TenantModule {}

import { Injectable } from '@nestjs/common';
import { actingCaller, type Principal } from '../../auth/principal.js';
import { UnitOfWork } from '../../database/unit-of-work.js';
import { AuditRepository } from '../audit.repository.js';
import { TenantRepository } from '../tenant.repository.js';
import { TenantLifecycleRepository } from './tenant-lifecycle.repository.js';

/** Drafts that were made for people before they joined somebody else's tenant. */
@Injectable()
export class UntouchedDrafts {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tenants: TenantRepository,
    private readonly lifecycle: TenantLifecycleRepository,
    private readonly audit: AuditRepository,
  ) {}

  /** Archives the person's draft, unless anything was done with it: then it is theirs to keep. */
  async archiveOf(person: Pick<Principal, 'subject' | 'impersonator'>): Promise<void> {
    const { subject } = person;
    const memberships = await this.tenants.membershipsOf(subject);
    const draft = memberships.find(({ is_draft }) => is_draft);
    if (!draft) return;
    await this.unitOfWork.run({ tenantId: draft.tenant_id, subject }, async (transaction) => {
      if (!(await this.lifecycle.lockUntouchedDraft(transaction))) return;
      await this.lifecycle.archive(transaction, transaction.now());
      const detail = { because: 'joined_another_tenant' };
      const entry = { ...actingCaller(person), action: 'tenant_archived', detail } as const;
      await this.audit.record(transaction.tenantId, entry, transaction);
    });
  }
}

import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import { AuditRepository } from '../../tenant/audit.repository.js';
import type { TenantRow } from '../../tenant/tenants/tenant-view.js';
import type { Erased } from './erased.js';
import { ErasureRepository } from './erasure.repository.js';

export interface PersonErasure extends Erased {
  /** Who acted with the caller's token, if another person did. */
  readonly impersonator?: string;
  readonly reason?: string | undefined;
  /** For the audit entry. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Erases one person from a tenant's rows and leaves the tombstone; for the API, and after a backup was restored. */
@Injectable()
export class PersonEraser {
  constructor(
    private readonly repository: ErasureRepository,
    private readonly audit: AuditRepository,
  ) {}

  /** The tenant must be locked, so that no member joins or leaves meanwhile. */
  async erase(transaction: Transaction, tenant: TenantRow, erasure: PersonErasure): Promise<void> {
    const { subject, pseudonym, by, impersonator, reason, detail } = erasure;
    const actor = { actor: by, ...(impersonator !== undefined && { impersonator }) };
    const isTheirs = tenant.status === 'draft' && !(await this.repository.hasOthers(transaction, subject));
    await this.repository.erase(transaction, erasure);
    if (isTheirs) await this.repository.eraseDraft(transaction, erasure);
    const entry = { ...actor, action: 'person_erased', subject: pseudonym, reason, detail } as const;
    await this.audit.record(transaction.tenantId, entry, transaction);
  }
}

import { Injectable } from '@nestjs/common';
import { actingCaller, type Principal } from '../../auth/principal.js';
import type { Transaction } from '../../database/transaction.js';
import { UnitOfWork } from '../../database/unit-of-work.js';
import { Problem } from '../../http/problem.js';
import { AuditRepository, type AuditEntry } from '../audit.repository.js';
import { CountedAudit } from '../counted-audit.js';
import { Tombstones } from '../erasure/tombstones.js';
import { personErased, tenantClosed, tenantNotFound } from '../tenant-problems.js';
import { TenantLifecycleRepository } from '../tenants/tenant-lifecycle.repository.js';
import type { TenantRow } from '../tenants/tenant-view.js';
import { capacityOf, type Capacity } from './capacity.js';
import { TenantStandingRepository, type Standing } from './tenant-standing.repository.js';

/** What a use case asks of its caller. */
export interface Access {
  /** Locks the tenant, so that whatever was read, the caller's own role included, still holds when it commits. */
  readonly changes: boolean;
  /** Default `admins`: owners, admins and the platform. `members` is everybody who belongs to the tenant. */
  readonly for?: 'admins' | 'members';
  /** Whether an owner is let into a closed tenant, to open it again. Default false. */
  readonly whileClosed?: boolean;
  /** Whether something may change in an archived tenant, too. Default false. */
  readonly whileArchived?: boolean;
}

/** A tenant in the hands of somebody who may administer it, for one transaction. */
export interface Administration {
  readonly transaction: Transaction;
  readonly tenant: TenantRow;
  readonly by: { readonly subject: string; readonly as: Capacity; readonly impersonator?: string };
  /** Who did it is known; what, to whom and why is to be told. */
  readonly record: (entry: Omit<AuditEntry, 'actor' | 'impersonator'>) => Promise<void>;
}

/**
 * The one door to administering a tenant: every admin route goes through `run`. Its promises:
 * - the membership is proven in the transaction that does the work, so removal and demotion hold at once;
 * - with `changes`, all changes of one tenant and its members come one after the other;
 * - a stranger gets 404 whether the tenant exists or not, and an entry in its audit log; a member who is no admin, 403;
 * - a closed tenant is 403 `tenant_closed` to its people; the platform may look, and an owner may open it again;
 * - a caller who is there by the permission `onboarding:read` alone reads, and changes nothing.
 */
@Injectable()
export class TenantAdministration {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly standings: TenantStandingRepository,
    private readonly lifecycle: TenantLifecycleRepository,
    private readonly audit: AuditRepository,
    private readonly countedAudit: CountedAudit,
    private readonly tombstones: Tombstones,
  ) {}

  async run<T>(
    caller: Principal,
    tenantId: string,
    access: Access,
    work: (administration: Administration) => Promise<T>,
  ): Promise<T> {
    const { subject, impersonator } = caller;
    const outcome = await this.unitOfWork.run({ tenantId, subject }, async (transaction) => {
      const standing = await this.standingOf(transaction, caller, access);
      const as = standing && capacityOf(caller, standing, access.changes);
      if (!as) {
        if (await this.tombstones.inTenant(transaction, subject)) return personErased();
        this.countedAudit.note(transaction.tenantId, { ...actingCaller(caller), action: 'tenant_probed' });
        return tenantNotFound();
      }
      refuse(as, standing.tenant, access);
      const record = (entry: Omit<AuditEntry, 'actor' | 'impersonator'>): Promise<void> =>
        this.audit.record(
          transaction.tenantId,
          { ...entry, ...actingCaller(caller), detail: { ...entry.detail, as } },
          transaction,
        );
      return {
        result: await work({
          transaction,
          tenant: standing.tenant,
          by: { subject, as, ...(impersonator !== undefined && { impersonator }) },
          record,
        }),
      };
    });
    if (outcome instanceof Problem) throw outcome;
    return outcome.result;
  }

  /** A stranger must not lock anything, hence the look before the lock. */
  private async standingOf(
    transaction: Transaction,
    caller: Principal,
    { changes }: Access,
  ): Promise<Standing | undefined> {
    const standing = await this.standings.find(transaction, caller);
    if (!changes || !standing || !mayLock(capacityOf(caller, standing, changes))) return standing;
    await this.lifecycle.lock(transaction);
    return this.standings.find(transaction, caller);
  }
}

const mayLock = (as: Capacity | undefined): boolean => as !== undefined && as !== 'reader';

/** @throws Problem `forbidden`, `tenant_closed` or `tenant_status_conflict` */
function refuse(
  as: Capacity,
  { status }: TenantRow,
  { changes, for: whom = 'admins', whileClosed, whileArchived }: Access,
): void {
  if (as === 'member' && whom === 'admins') {
    throw new Problem('forbidden');
  }
  if (as === 'reader' && changes) {
    throw new Problem(
      'forbidden',
      'The permission "onboarding:read" changes nothing; use a token with "platform:admin".',
    );
  }
  const isOutside = as === 'platform' || as === 'reader';
  const mayEnterClosed = isOutside ? !changes || whileClosed : as === 'owner' && whileClosed;
  if (status === 'closed' && !mayEnterClosed) throw tenantClosed();
  if (status === 'archived' && changes && !whileArchived) {
    throw new Problem('tenant_status_conflict');
  }
}

import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { actingCaller, reachesAllTenants, type Principal } from '../../auth/principal.js';
import { UnitOfWork } from '../../database/unit-of-work.js';
import type { Transaction } from '../../database/transaction.js';
import { pageOf, parseIdCursor, parseLimit, type Page, type PageQuery } from '../../http/page.js';
import { invalidRequest, Problem } from '../../http/problem.js';
import { AllTenants } from '../../maintenance/all-tenants.js';
import { TenantAdministration, type Administration } from '../administration/tenant-administration.js';
import { AuditRepository } from '../audit.repository.js';
import { tenantClosed } from '../tenant-problems.js';
import { TenantLifecycleRepository } from './tenant-lifecycle.repository.js';
import { tenantView, type TenantView } from './tenant-view.js';

export interface NewTenant {
  readonly name: string;
  readonly organizationId?: string;
  readonly reason?: string;
}

export interface TenantChange {
  readonly name?: string;
  readonly status?: 'active' | 'closed';
  /** Null disconnects. */
  readonly organizationId?: string | null;
  readonly reason?: string;
}

/** Tenants as their admins and the platform's operators see and change them. */
@Injectable()
export class TenantsService {
  constructor(
    private readonly administration: TenantAdministration,
    private readonly lifecycle: TenantLifecycleRepository,
    private readonly allTenants: AllTenants,
    private readonly unitOfWork: UnitOfWork,
    private readonly audit: AuditRepository,
  ) {}

  /** All tenants, by id. For the platform only: the route sees to that. */
  async page(query: PageQuery): Promise<Page<TenantView>> {
    const limit = parseLimit(query.limit);
    const after = parseIdCursor(query.cursor);
    return pageOf(await this.allTenants.page(limit + 1, after), limit, tenantView, (row) => row.tenant_id);
  }

  /** An active tenant without members; its first owner is invited. For the platform only: the route sees to that. */
  create(caller: Principal, { name, organizationId, reason }: NewTenant): Promise<TenantView> {
    return this.unitOfWork.run({ tenantId: randomUUID() }, async (transaction) => {
      await this.lifecycle.create(transaction, name, transaction.now());
      if (organizationId !== undefined) await this.connect(transaction, organizationId);
      const detail = { name, ...(organizationId !== undefined && { organizationId }), as: 'platform' };
      const entry = { ...actingCaller(caller), action: 'tenant_created', reason, detail } as const;
      await this.audit.record(transaction.tenantId, entry, transaction);
      return this.view(transaction);
    });
  }

  find(caller: Principal, tenantId: string): Promise<TenantView> {
    return this.administration.run(caller, tenantId, { changes: false, whileClosed: true }, async ({ tenant }) =>
      tenantView(tenant),
    );
  }

  /** Only what differs is changed and told. A closed tenant must be opened before anything else about it changes. */
  change(caller: Principal, tenantId: string, change: TenantChange): Promise<TenantView> {
    const { name, status, organizationId } = change;
    if (name === undefined && status === undefined && organizationId === undefined) {
      throw invalidRequest([{ path: '', message: 'contains no change; send "name", "status" or "organizationId"' }]);
    }
    return this.administration.run(caller, tenantId, { changes: true, whileClosed: true }, async (administration) => {
      const { transaction, tenant } = administration;
      refuseChange(administration, change, caller);
      const now = transaction.now();
      if (status === 'active' && tenant.status === 'closed') await this.reopen(administration, change, now);
      if (name !== undefined && name !== tenant.name) await this.rename(administration, name, change, now);
      if (organizationId !== undefined && organizationId !== tenant.organization_id) {
        await this.reconnect(administration, organizationId, change, now);
      }
      if (status === 'closed' && tenant.status === 'active') await this.close(administration, change, now);
      return this.view(transaction);
    });
  }

  private async reopen({ transaction, record }: Administration, { reason }: TenantChange, now: Date): Promise<void> {
    await this.lifecycle.reopen(transaction, now);
    await record({ action: 'tenant_reopened', reason });
  }

  private async close({ transaction, record }: Administration, { reason }: TenantChange, now: Date): Promise<void> {
    await this.lifecycle.close(transaction, now);
    await record({ action: 'tenant_closed', reason });
  }

  private async rename(
    { transaction, tenant, record }: Administration,
    name: string,
    { reason }: TenantChange,
    now: Date,
  ): Promise<void> {
    await this.lifecycle.rename(transaction, name, now);
    await record({ action: 'tenant_renamed', reason, detail: { from: tenant.name, to: name } });
  }

  private async reconnect(
    { transaction, tenant, record }: Administration,
    organizationId: string | null,
    { reason }: TenantChange,
    now: Date,
  ): Promise<void> {
    const before = tenant.organization_id;
    if (before !== null) await this.lifecycle.disconnect(transaction);
    if (organizationId !== null) await this.connect(transaction, organizationId);
    await this.lifecycle.touch(transaction, now);
    const detail = { from: before, to: organizationId };
    await record({ action: 'organization_changed', reason, detail });
  }

  private async connect(transaction: Transaction, organizationId: string): Promise<void> {
    if (await this.lifecycle.connect(transaction, organizationId)) return;
    const message = `The organisation ${organizationId} is connected to another tenant; disconnect it there first.`;
    throw new Problem('organization_taken', message);
  }

  private async view(transaction: Transaction): Promise<TenantView> {
    const row = await this.lifecycle.find(transaction);
    if (!row) throw new Error(`The tenant ${transaction.tenantId} is gone within the transaction that changed it`);
    return tenantView(row);
  }
}

/**
 * Who may: the name, whoever administers; closing and opening, an owner; the organisation, the platform alone, because
 * everybody who logs in to it becomes a member, and so whoever connects one must know whose it is.
 * @throws Problem `forbidden`, `tenant_closed` or `tenant_status_conflict`
 */
function refuseChange(
  { tenant, by }: Administration,
  { name, status, organizationId }: TenantChange,
  caller: Principal,
): void {
  if (organizationId !== undefined && (by.as !== 'platform' || !reachesAllTenants(caller))) {
    throw new Problem(
      'forbidden',
      'Only a platform operator whose token belongs to no organisation may connect one ("organizationId"); ask one.',
    );
  }
  if (status !== undefined && by.as === 'admin') {
    throw new Problem('forbidden', 'Only an owner may close or reopen the tenant ("status"); ask one.');
  }
  const isMore = name !== undefined || organizationId !== undefined;
  if (tenant.status === 'closed' && status !== 'active' && (status === undefined || isMore)) throw tenantClosed();
  if (tenant.status === 'draft' && status !== undefined) {
    throw new Problem(
      'tenant_status_conflict',
      'The status of a draft cannot be set: a draft becomes active when its first step is completed.',
    );
  }
}

import { Injectable } from '@nestjs/common';
import { actingCaller, isOperator, reachesAllTenants, type Principal } from '../auth/principal.js';
import type { Transaction } from '../database/transaction.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { Problem } from '../http/problem.js';
import { TenantAdministration, type Access } from '../tenant/administration/tenant-administration.js';
import { AuditRepository } from '../tenant/audit.repository.js';
import { Tombstones } from '../tenant/erasure/tombstones.js';
import type { CaseResolutionDto, MirrorCaseDto, MirrorCaseListDto } from './dto/mirror-case.dto.js';
import { MirrorCaseRepository, type CaseRow } from './mirror-case.repository.js';
import { MirrorRestore } from './mirror-restore.js';
import { Seal } from './seal.js';

const SHOWN_CASES = 200;

/** Cases of a tenant: a mirror in Auth0 knows more than the database, and somebody decides which is believed. */
@Injectable()
export class MirrorCasesService {
  constructor(
    private readonly administration: TenantAdministration,
    private readonly unitOfWork: UnitOfWork,
    private readonly cases: MirrorCaseRepository,
    private readonly restore: MirrorRestore,
    private readonly seal: Seal,
    private readonly audit: AuditRepository,
    private readonly tombstones: Tombstones,
  ) {}

  list(caller: Principal, tenantId: string): Promise<MirrorCaseListDto> {
    return this.within(caller, tenantId, { changes: false }, async (transaction) => {
      const rows = await this.cases.list(transaction, SHOWN_CASES);
      return { items: rows.map((row) => this.shown(row, tenantId)) };
    });
  }

  resolve(
    caller: Principal,
    tenantId: string,
    caseId: string,
    { resolution, reason }: CaseResolutionDto,
  ): Promise<MirrorCaseDto> {
    // The platform may start over in a tenant that is closed or archived: until then the person is kept waiting.
    const whileEnded = resolution === 'start_over' && isOperator(caller);
    const access = { changes: true, whileClosed: whileEnded, whileArchived: whileEnded };
    return this.within(caller, tenantId, access, async (transaction) => {
      const found = await this.cases.lock(transaction, caseId);
      if (!found) throw new Problem('case_not_found');
      if (found.status !== 'open') {
        const detail = `The case is already resolved (${found.status}) and cannot be changed.`;
        throw new Problem('case_resolved', detail);
      }
      const mirror = this.seal.open(found.found, tenantId, found.subject);
      const { subject: by, impersonator } = caller;
      const at = transaction.now();
      if (resolution === 'restore') {
        // Only while the key that sealed it is known: after a rotation there is nothing left to believe.
        if (!mirror) throw new Problem('case_unreadable');
        const tombstone = await this.tombstones.inTenant(transaction, found.subject);
        if (tombstone && mirror.asOf <= tombstone.erasedAt) throw erasedSince();
        await this.restore.restore(transaction, mirror, { by, impersonator, reason, at });
      } else {
        await this.restore.markDue(transaction, found.subject, at);
      }
      const status = resolution === 'restore' ? 'restored' : 'started_over';
      await this.cases.resolve(transaction, caseId, { status, by, reason, at });
      const detail = { case: caseId, resolution };
      const entry = {
        ...actingCaller(caller),
        action: 'mirror_case_resolved',
        subject: found.subject,
        reason,
        detail,
      } as const;
      await this.audit.record(tenantId, entry, transaction);
      return this.shown({ ...found, status, resolved_at: at, resolved_by: by, reason }, tenantId);
    });
  }

  /** The tenant may be what was lost: then only the platform's operators can look at its cases. */
  private async within<T>(
    caller: Principal,
    tenantId: string,
    access: Access,
    work: (transaction: Transaction) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.administration.run(caller, tenantId, access, ({ transaction }) => work(transaction));
    } catch (error) {
      if (!mayEnterLost(caller, access) || !(error instanceof Problem) || error.code !== 'tenant_not_found')
        throw error;
      return this.unitOfWork.run({ tenantId }, work);
    }
  }

  private shown(row: CaseRow, tenantId: string): MirrorCaseDto {
    const mirror = this.seal.open(row.found, tenantId, row.subject);
    return {
      id: row.case_id,
      subject: row.subject,
      status: row.status,
      lineage: row.found.l,
      asOf: new Date(row.found.a).toISOString(),
      flows: [...(mirror?.flows ?? [])].map(([flow, { revision, status, currentStep }]) => ({
        flow,
        revision,
        status,
        currentStep,
      })),
      raisedAt: row.raised_at.toISOString(),
      resolvedAt: row.resolved_at?.toISOString() ?? null,
      resolvedBy: row.resolved_by,
      reason: row.reason,
    };
  }
}

/** Of a tenant that the database has lost, no organisation is known: a token of one does not reach it. */
const mayEnterLost = (caller: Principal, { changes }: Access): boolean =>
  reachesAllTenants(caller) && (isOperator(caller) || (!changes && caller.permissions.has('onboarding:read')));

const erasedSince = (): Problem =>
  new Problem(
    'person_erased',
    'The user was erased after this mirror was written. Resolve the case with "start_over", which removes the mirror.',
  );

import { randomUUID, type KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import { CONFIG, type Config } from '../../config/config.js';
import type { Transaction } from '../../database/transaction.js';
import { UnitOfWork } from '../../database/unit-of-work.js';
import { Problem } from '../../http/problem.js';
import { JobQueueRepository } from '../../jobs/job-queue.repository.js';
import { refuseOutOfReach } from '../../tenant/administration/capacity.js';
import { TenantAdministration, type Administration } from '../../tenant/administration/tenant-administration.js';
import { Tombstones } from '../../tenant/erasure/tombstones.js';
import { MemberRepository, type MemberRow } from '../../tenant/members/member.repository.js';
import { ErasureRepository } from './erasure.repository.js';
import { ERASURE_TASK } from './erasure-job.js';
import { PendingErasureRepository } from './pending-erasure.repository.js';
import { PersonEraser, type PersonErasure } from './person-eraser.js';
import { issueReceipt, type SignedReceipt } from './receipt.js';

export interface IssuedReceipt extends SignedReceipt {
  /** Why Auth0 has not followed yet, where a reason is known. */
  readonly auth0Trouble: string | null;
}

/** More is for a job: a transaction of a request must end long before the time limits of its statements. */
const MOST_ENTRIES_AT_ONCE = 1_000;
const LONGEST_WAIT_MS = 2_000;
const POLL_MS = 50;

export const isPending = ({ receipt }: IssuedReceipt): boolean => receipt.levels?.database === 'pending';

/** Forgets a person, in one tenant. */
@Injectable()
export class ErasureService {
  private readonly logger = new Logger(ErasureService.name);
  private readonly key: KeyObject;

  constructor(
    private readonly administration: TenantAdministration,
    private readonly members: MemberRepository,
    private readonly tombstones: Tombstones,
    private readonly repository: ErasureRepository,
    private readonly eraser: PersonEraser,
    private readonly pending: PendingErasureRepository,
    private readonly queue: JobQueueRepository,
    private readonly unitOfWork: UnitOfWork,
    @Inject(CONFIG) { erasure }: Config,
  ) {
    this.key = erasure.key;
  }

  /**
   * Again for the same person gives a receipt of the same erasure, and tells how far Auth0 is. Each receipt is also a line
   * of the log, so that a copy leaves the database even if the caller loses the answer.
   * @throws Problem `member_not_found`, `last_owner`
   */
  async erase(caller: Principal, tenantId: string, subject: string, reason?: string): Promise<IssuedReceipt> {
    const access = { changes: true, whileClosed: true, whileArchived: true };
    const begun = await this.administration.run(caller, tenantId, access, async (administration) => {
      const { transaction, by } = administration;
      const member = await this.members.find(transaction, subject);
      if (member) {
        refuseOutOfReach(by.as, member.role);
        await this.keepAnOwner(administration, member);
        await this.forget(administration, subject, reason);
      }
      return this.receiptOf(transaction, subject);
    });
    const { receipt, signature } = begun;
    this.logger.log({ receipt, signature }, 'A person was erased; keep this receipt');
    return isPending(begun) ? this.whenErased(begun, tenantId, subject) : begun;
  }

  /** Waits a moment for the job. The caller may have erased themselves, and is asked for nothing more. */
  private async whenErased(begun: IssuedReceipt, tenantId: string, subject: string): Promise<IssuedReceipt> {
    const waitUntil = performance.now() + LONGEST_WAIT_MS;
    let issued = begun;
    while (isPending(issued) && performance.now() < waitUntil) {
      await sleep(POLL_MS);
      issued = await this.unitOfWork.run({ tenantId }, (transaction) => this.receiptOf(transaction, subject));
    }
    return issued;
  }

  /**
   * How far an erasure is.
   * @throws Problem `member_not_found` if the tenant has erased no such person
   */
  receipt(caller: Principal, tenantId: string, subject: string): Promise<IssuedReceipt> {
    return this.administration.run(caller, tenantId, { changes: false }, ({ transaction }) =>
      this.receiptOf(transaction, subject),
    );
  }

  private async receiptOf(transaction: Transaction, subject: string): Promise<IssuedReceipt> {
    const tombstone = await this.tombstones.inTenant(transaction, subject);
    if (!tombstone) throw memberNotFound();
    const job = await this.pending.ofSubject(transaction, subject);
    const auth0 = job ? { trouble: null } : await this.repository.auth0Pending(transaction, subject);
    const receipt = issueReceipt(this.key, tombstone, transaction.now(), {
      database: job ? 'pending' : 'erased',
      auth0: auth0 ? 'pending' : 'erased',
      browser: 'erased_when_next_seen',
    });
    return { ...receipt, auth0Trouble: auth0?.trouble ?? null };
  }

  /** At once, or by a job if that would take long: from here on the person's tokens are refused in either case. */
  private async forget(administration: Administration, subject: string, reason?: string): Promise<void> {
    const { transaction, tenant, by } = administration;
    const erasure = this.erasureOf(administration, subject, reason);
    if ((await this.pending.entries(transaction, subject)) <= MOST_ENTRIES_AT_ONCE) {
      return this.eraser.erase(transaction, tenant, erasure);
    }
    const jobId = randomUUID();
    await this.repository.bury(transaction, erasure);
    await this.pending.add(transaction, jobId, erasure, { impersonator: erasure.impersonator, as: by.as, reason });
    await this.queue.add(transaction, ERASURE_TASK, { tenantId: transaction.tenantId, jobId });
  }

  private erasureOf({ transaction, by }: Administration, subject: string, reason?: string): PersonErasure {
    const pseudonym = `erased|${randomUUID()}`;
    const named = (caller: string): string => (caller === subject ? pseudonym : caller);
    const { impersonator } = by;
    const at = transaction.now();
    return {
      subject,
      pseudonym,
      person: this.tombstones.personOf(subject),
      by: named(by.subject),
      ...(impersonator !== undefined && { impersonator: named(impersonator) }),
      at,
      erasedAt: at,
      reason,
      detail: { as: by.as },
    };
  }

  /** A tenant that is used keeps somebody who can open, close and hand it on. */
  private async keepAnOwner({ transaction, tenant }: Administration, { subject, role, status }: MemberRow) {
    if (role !== 'owner' || status !== 'active' || tenant.status === 'closed' || tenant.status === 'archived') return;
    if (tenant.status === 'draft' && !(await this.repository.hasOthers(transaction, subject))) return;
    if (await this.members.hasOwnerBeside(transaction, subject)) return;
    throw new Problem(
      'last_owner',
      'This member is the only owner of the tenant. Make another member an owner first, or close the tenant.',
    );
  }
}

const memberNotFound = (): Problem =>
  new Problem('member_not_found', 'The tenant has no member with this subject, and none was erased.');

import { randomUUID, type KeyObject } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import { CONFIG, type Config } from '../../config/config.js';
import { Problem } from '../../http/problem.js';
import { refuseOutOfReach } from '../../tenant/administration/capacity.js';
import { TenantAdministration, type Administration } from '../../tenant/administration/tenant-administration.js';
import { Tombstones } from '../../tenant/erasure/tombstones.js';
import { MemberRepository, type MemberRow } from '../../tenant/members/member.repository.js';
import { ErasureRepository } from './erasure.repository.js';
import { PersonEraser } from './person-eraser.js';
import { issueReceipt, type SignedReceipt } from './receipt.js';

export interface IssuedReceipt extends SignedReceipt {
  /** Why Auth0 has not followed yet, where a reason is known. */
  readonly auth0Trouble: string | null;
}

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
    const issued = await this.administration.run(caller, tenantId, access, async (administration) => {
      const { transaction, by } = administration;
      const member = await this.members.find(transaction, subject);
      if (member) {
        refuseOutOfReach(by.as, member.role);
        await this.keepAnOwner(administration, member);
        await this.forget(administration, subject, reason);
      }
      const tombstone = await this.tombstones.inTenant(transaction, subject);
      if (!tombstone) throw memberNotFound();
      const pending = await this.repository.auth0Pending(transaction, subject);
      const facts = { ...tombstone, person: this.tombstones.personOf(subject) };
      const receipt = issueReceipt(this.key, facts, transaction.now(), {
        database: 'erased',
        auth0: pending ? 'pending' : 'erased',
        browser: 'erased_when_next_seen',
      });
      return { ...receipt, auth0Trouble: pending?.trouble ?? null };
    });
    const { receipt, signature } = issued;
    this.logger.log({ receipt, signature }, 'A person was erased; keep this receipt');
    return issued;
  }

  private forget({ transaction, tenant, by }: Administration, subject: string, reason?: string): Promise<void> {
    const pseudonym = `erased|${randomUUID()}`;
    const named = (caller: string): string => (caller === subject ? pseudonym : caller);
    const { impersonator } = by;
    const at = transaction.now();
    return this.eraser.erase(transaction, tenant, {
      subject,
      pseudonym,
      person: this.tombstones.personOf(subject),
      by: named(by.subject),
      ...(impersonator !== undefined && { impersonator: named(impersonator) }),
      at,
      erasedAt: at,
      reason,
      detail: { as: by.as },
    });
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

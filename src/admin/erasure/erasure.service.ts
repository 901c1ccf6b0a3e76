import { createHmac, randomUUID, type KeyObject } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import { CONFIG, type Config } from '../../config/config.js';
import { Problem } from '../../http/problem.js';
import { refuseOutOfReach } from '../../tenant/administration/capacity.js';
import { TenantAdministration, type Administration } from '../../tenant/administration/tenant-administration.js';
import { AuditRepository } from '../../tenant/audit.repository.js';
import { Tombstones } from '../../tenant/erasure/tombstones.js';
import { MemberRepository, type MemberRow } from '../../tenant/members/member.repository.js';
import { ErasureRepository } from './erasure.repository.js';

/** What was done, in words that tell nothing of who it was done to. */
export interface Receipt {
  readonly tenantId: string;
  /** Keyed hash of the subject, as on the tombstone. */
  readonly person: string;
  /** What the history that stays calls them. */
  readonly pseudonym: string;
  readonly erasedAt: string;
  readonly issuedAt: string;
  readonly levels: {
    readonly database: 'erased';
    readonly auth0: 'erased' | 'pending';
    readonly browser: 'erased_when_next_seen';
  };
}

export interface SignedReceipt {
  readonly receipt: Receipt;
  /** HMAC-SHA256 by ERASURE_KEY over the receipt as JSON, in base64url. */
  readonly signature: string;
  /** Why Auth0 has not followed yet, where a reason is known. */
  readonly auth0Trouble: string | null;
}

/** Forgets a person, in one tenant. */
@Injectable()
export class ErasureService {
  private readonly key: KeyObject;

  constructor(
    private readonly administration: TenantAdministration,
    private readonly members: MemberRepository,
    private readonly tombstones: Tombstones,
    private readonly repository: ErasureRepository,
    private readonly audit: AuditRepository,
    @Inject(CONFIG) { erasure }: Config,
  ) {
    this.key = erasure.key;
  }

  /**
   * Again for the same person gives a receipt of the same erasure, and tells how far Auth0 is.
   * @throws Problem `member_not_found`, `last_owner`
   */
  erase(caller: Principal, tenantId: string, subject: string, reason?: string): Promise<SignedReceipt> {
    const access = { changes: true, whileClosed: true, whileArchived: true };
    return this.administration.run(caller, tenantId, access, async (administration) => {
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
      return this.signed(
        {
          tenantId,
          person: this.tombstones.personOf(subject),
          pseudonym: tombstone.pseudonym,
          erasedAt: tombstone.erasedAt.toISOString(),
          issuedAt: transaction.now().toISOString(),
          levels: { database: 'erased', auth0: pending ? 'pending' : 'erased', browser: 'erased_when_next_seen' },
        },
        pending?.trouble ?? null,
      );
    });
  }

  private async forget({ transaction, tenant, by }: Administration, subject: string, reason?: string) {
    const pseudonym = `erased|${randomUUID()}`;
    const named = (caller: string): string => (caller === subject ? pseudonym : caller);
    const actor = named(by.subject);
    const person = this.tombstones.personOf(subject);
    const erased = { subject, pseudonym, person, by: actor, at: transaction.now() };
    const isTheirs = tenant.status === 'draft' && !(await this.repository.hasOthers(transaction, subject));
    await this.repository.erase(transaction, erased);
    if (isTheirs) await this.repository.eraseDraft(transaction, erased);
    const { impersonator } = by;
    const acting = { actor, ...(impersonator !== undefined && { impersonator: named(impersonator) }) };
    const entry = { ...acting, action: 'person_erased', subject: pseudonym, reason, detail: { as: by.as } } as const;
    await this.audit.record(transaction.tenantId, entry, transaction);
  }

  /** A tenant that is used keeps somebody who can open, close and hand it on. */
  private async keepAnOwner({ transaction, tenant }: Administration, { subject, role, status }: MemberRow) {
    if (role !== 'owner' || status !== 'active' || tenant.status === 'closed' || tenant.status === 'archived') return;
    if (tenant.status === 'draft' && !(await this.repository.hasOthers(transaction, subject))) return;
    if (await this.members.hasOwnerBeside(transaction, subject)) return;
    throw new Problem(
      'last_owner',
      'This is the only owner of the tenant; make somebody else an owner first, or close the tenant.',
    );
  }

  private signed(receipt: Receipt, auth0Trouble: string | null): SignedReceipt {
    const signature = createHmac('sha256', this.key).update(JSON.stringify(receipt)).digest('base64url');
    return { receipt, signature, auth0Trouble };
  }
}

const memberNotFound = (): Problem =>
  new Problem('member_not_found', 'There is no such member, and nobody of that name was erased here.');

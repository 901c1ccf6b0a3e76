import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import type { Transaction } from '../../database/transaction.js';
import { UnitOfWork } from '../../database/unit-of-work.js';
import { subjectsOf } from '../../maintenance/subjects-of-tenant.js';
import { Tombstones } from '../../tenant/erasure/tombstones.js';
import { MemberRepository } from '../../tenant/members/member.repository.js';
import { TenantLifecycleRepository } from '../../tenant/tenants/tenant-lifecycle.repository.js';
import type { TenantRow } from '../../tenant/tenants/tenant-view.js';
import { ErasureRepository } from './erasure.repository.js';
import { PersonEraser } from './person-eraser.js';
import type { ErasureFacts } from './receipt.js';

/** Who did it, in history and audit. */
const BY = 'restored';

export interface ReappliedErasures {
  readonly reapplied: number;
  readonly alreadyErased: number;
  /** Their tombstone was written, so that their tokens from before are refused. */
  readonly notFound: number;
  /** One sentence for each tenant whose erasures could not be applied in full. */
  readonly faults: readonly string[];
  /** Tenants that have no owner now. */
  readonly ownerless: readonly string[];
}

type Outcome = 'reapplied' | 'alreadyErased' | 'notFound';

/**
 * After a backup was restored, erases the people again who were erased since it was made. Each is one transaction, so a
 * run that was killed is simply repeated.
 */
@Injectable()
export class ErasureReapplication {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
    private readonly lifecycle: TenantLifecycleRepository,
    private readonly members: MemberRepository,
    private readonly tombstones: Tombstones,
    private readonly repository: ErasureRepository,
    private readonly eraser: PersonEraser,
  ) {}

  async apply(erasures: readonly ErasureFacts[]): Promise<ReappliedErasures> {
    const counts = { reapplied: 0, alreadyErased: 0, notFound: 0 };
    const faults: string[] = [];
    const ownerless = new Set<string>();
    for (const [tenantId, wanted] of newestByTenant(erasures)) {
      const exists = await this.unitOfWork.run({ tenantId }, (transaction) => this.lifecycle.find(transaction));
      const found = exists ? await this.find(tenantId, wanted) : new Map<string, string>();
      for (const erasure of wanted.values()) {
        const outcome = await this.unitOfWork.run({ tenantId }, (transaction) =>
          this.applyOne(transaction, erasure, found.get(erasure.person), ownerless),
        );
        if (exists) counts[outcome] += 1;
      }
      if (!exists) faults.push(unknownTenant(tenantId, wanted.size));
    }
    return { ...counts, faults, ownerless: [...ownerless] };
  }

  /** The subjects of the wanted people, by hash. A person who came back after the erasure has data of a later life. */
  private async find(tenantId: string, wanted: ReadonlyMap<string, ErasureFacts>): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    await subjectsOf(
      () => this.database.connect(),
      tenantId,
      ({ subject, since }) => {
        for (const person of this.tombstones.hashesOf(subject)) {
          const erasure = wanted.get(person);
          if (erasure && since <= erasure.erasedAt) found.set(person, subject);
        }
      },
    );
    return found;
  }

  private async applyOne(
    transaction: Transaction,
    { person, pseudonym, erasedAt }: ErasureFacts,
    subject: string | undefined,
    ownerless: Set<string>,
  ): Promise<Outcome> {
    await this.lifecycle.lock(transaction);
    const tenant = await this.lifecycle.find(transaction);
    const tombstone = await this.tombstones.ofPerson(transaction, person);
    const isBuried = tombstone !== undefined && tombstone.erasedAt >= erasedAt;
    if (subject === undefined || !tenant) {
      if (!isBuried) await this.repository.bury(transaction, { person, pseudonym, erasedAt });
      return isBuried ? 'alreadyErased' : 'notFound';
    }
    const member = await this.members.find(transaction, subject);
    await this.eraser.erase(transaction, tenant, {
      subject,
      person,
      // A pseudonym belongs to one earlier life.
      pseudonym: tombstone ? `erased|${randomUUID()}` : pseudonym,
      by: BY,
      at: transaction.now(),
      erasedAt: isBuried ? tombstone.erasedAt : erasedAt,
      detail: { as: BY },
    });
    if (member?.role === 'owner' && member.status === 'active')
      await this.noteOwnerless(transaction, tenant, ownerless);
    return 'reapplied';
  }

  private async noteOwnerless(transaction: Transaction, { status }: TenantRow, ownerless: Set<string>): Promise<void> {
    if (status !== 'active' && status !== 'closed') return;
    if (!(await this.members.hasOwnerBeside(transaction, ''))) ownerless.add(transaction.tenantId);
  }
}

/** A person may have been erased more than once: the last time counts. */
function newestByTenant(erasures: readonly ErasureFacts[]): Map<string, Map<string, ErasureFacts>> {
  const byTenant = new Map<string, Map<string, ErasureFacts>>();
  for (const erasure of erasures) {
    const { tenantId, person, erasedAt } = erasure;
    const people = byTenant.get(tenantId) ?? new Map<string, ErasureFacts>();
    const known = people.get(person);
    if (!known || known.erasedAt < erasedAt) people.set(person, erasure);
    byTenant.set(tenantId, people);
  }
  return byTenant;
}

const unknownTenant = (tenantId: string, people: number): string =>
  `tenant ${tenantId}: it is not in this database, so nothing of ${people === 1 ? 'the person' : `the ${people} people`} ` +
  'is here; their tombstones were written. Check that this is the right database';

import type { KeyObject } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { Database } from '../../database/database.js';
import type { Transaction } from '../../database/transaction.js';
import { personErased } from '../tenant-problems.js';
import { personOf } from './person-hash.js';

export interface Tombstone {
  /** The hash on it. */
  readonly person: string;
  readonly tenantId: string;
  readonly pseudonym: string;
  readonly erasedAt: Date;
}

interface TombstoneRow {
  readonly tenant_id: string;
  readonly pseudonym: string;
  readonly erased_at: Date;
}

/** Who a request is by, as far as a tombstone cares. */
interface Bearer {
  readonly subject: string;
  readonly issuedAt: number;
}

const OF_PERSON = { name: 'tombstones_of', text: 'SELECT * FROM foothold.tombstones_of($1)' };
const IN_TENANT = {
  name: 'tombstone_in_tenant',
  text: 'SELECT tenant_id, pseudonym, erased_at FROM foothold.erased_person WHERE person = $1 AND tenant_id = $2',
};

/**
 * Recognises people who were erased. Whoever is a member is never asked about: an erased person is none, so a tombstone
 * matters only where the look for a membership found nobody, and costs those who are there nothing.
 */
@Injectable()
export class Tombstones {
  private readonly keys: readonly KeyObject[];

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) { erasure }: Config,
  ) {
    this.keys = erasure.keys;
  }

  /** What a person is known by once they are forgotten; the same in every tenant. */
  personOf(subject: string): string {
    return this.hashesOf(subject)[0] as string;
  }

  /** The same, and what they would be known by if they were forgotten while the key before was in use. */
  hashesOf(subject: string): string[] {
    return this.keys.map((key) => personOf(key, subject));
  }

  /** Of every tenant. */
  async of(subject: string): Promise<Tombstone[]> {
    const found: Tombstone[] = [];
    for (const person of this.hashesOf(subject)) {
      const rows = await this.database.query<TombstoneRow>(OF_PERSON, [person]);
      found.push(...rows.map((row) => tombstone(person, row)));
    }
    return found;
  }

  /** The newest, if the person was erased more than once. */
  async inTenant(transaction: Transaction, subject: string): Promise<Tombstone | undefined> {
    for (const person of this.hashesOf(subject)) {
      const found = await this.ofPerson(transaction, person);
      if (found) return found;
    }
    return undefined;
  }

  /** @param person the hash on the tombstone */
  async ofPerson(transaction: Transaction, person: string): Promise<Tombstone | undefined> {
    const [row] = await transaction.query<TombstoneRow>(IN_TENANT, [person, transaction.tenantId]);
    return row && tombstone(person, row);
  }

  /**
   * For whoever belongs to no tenant, or not to the one that they named.
   * @throws Problem `person_erased` when their token, or what they know of the tenant, is from before they were erased
   */
  async refuseErased({ subject, issuedAt }: Bearer, namedTenantId?: string): Promise<void> {
    const isBefore = ({ tenantId, erasedAt }: Tombstone): boolean =>
      tenantId === namedTenantId || issuedAt < erasedAt.getTime();
    if ((await this.of(subject)).some(isBefore)) throw personErased();
  }

  /**
   * For a transition that says it was made before the person joined the tenant: then it was made in an earlier life, if
   * there was one. A clock that is merely behind means nothing.
   * @throws Problem `person_erased`
   */
  async refuseOfEarlierLife(subject: string, occurredAt: Date): Promise<void> {
    if ((await this.of(subject)).some(({ erasedAt }) => occurredAt < erasedAt)) throw personErased();
  }
}

const tombstone = (
  person: string,
  { tenant_id: tenantId, pseudonym, erased_at: erasedAt }: TombstoneRow,
): Tombstone => ({
  person,
  tenantId,
  pseudonym,
  erasedAt,
});

import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DatabaseClock } from '../database/database-clock.js';
import { isLostRace } from '../database/database-errors.js';
import { Database } from '../database/database.js';
import type { Role } from '../flow/index.js';
import { Tombstones } from './erasure/tombstones.js';
import type { MemberStatus } from './member.entity.js';
import type { PersonInTenant } from './tenant-selector.js';
import type { TenantStatus } from './tenant.entity.js';

/** One of a person's tenants. */
export interface MembershipRow {
  readonly tenant_id: string;
  readonly name: string;
  readonly status: TenantStatus;
  readonly role: Role;
  /** Their own draft, which never counts as a choice. */
  readonly is_draft: boolean;
}

/** Where an organisation login leads to. */
export interface JoinedTenant {
  readonly tenantId: string;
  readonly isClosed: boolean;
  /** Null for a person who is not a member and does not join; `erased` when the login is from before the erasure. */
  readonly membership: MemberStatus | null;
}

const MEMBERSHIPS_OF = { name: 'memberships_of', text: 'SELECT * FROM foothold.memberships_of($1)' };
const OPEN_DRAFT = { name: 'open_draft', text: 'SELECT * FROM foothold.open_draft_v2($1, $2, $3, $4, $5, $6)' };
const JOIN_ORGANIZATION = {
  name: 'join_organization',
  text: 'SELECT * FROM foothold.join_organization_v2($1, $2, $3, $4, $5, $6, $7, $8)',
};

@Injectable()
export class TenantRepository {
  constructor(
    private readonly database: Database,
    private readonly clock: DatabaseClock,
    private readonly tombstones: Tombstones,
  ) {}

  membershipsOf(subject: string): Promise<MembershipRow[]> {
    return this.database.read<MembershipRow>(MEMBERSHIPS_OF, [subject]);
  }

  /** The draft of a person who has no tenant. Undefined when they have one by now: look again. */
  async openDraft(
    { subject, impersonator }: Pick<PersonInTenant, 'subject' | 'impersonator'>,
    name: string,
  ): Promise<string | undefined> {
    const [row] = await this.database.query<{ tenant_id: string }>(OPEN_DRAFT, [
      randomUUID(),
      subject,
      name,
      this.clock.date(),
      randomUUID(),
      impersonator ?? null,
    ]);
    return row?.tenant_id;
  }

  /**
   * The organisation's tenant; undefined if the organisation is unknown.
   * @param options `joins`: the person becomes its member if they have never been one
   */
  async joinOrganization(
    organizationId: string,
    { subject, issuedAt, impersonator }: Pick<PersonInTenant, 'subject' | 'issuedAt' | 'impersonator'>,
    { joins }: { readonly joins: boolean },
  ): Promise<JoinedTenant | undefined> {
    const values = [
      organizationId,
      subject,
      randomUUID(),
      this.clock.date(),
      this.tombstones.personOf(subject),
      new Date(issuedAt),
      impersonator ?? null,
      joins,
    ];
    const join = (): Promise<JoinedRow[]> => this.database.query<JoinedRow>(JOIN_ORGANIZATION, values);
    // The tenant was closed after the function had found it open: the database refuses the membership, and the second
    // look finds the tenant closed.
    const [row] = await join().catch((error: unknown) => {
      if (isLostRace(error)) return join();
      throw error;
    });
    return row && { tenantId: row.tenant_id, isClosed: row.tenant_status === 'closed', membership: row.membership };
  }
}

interface JoinedRow {
  readonly tenant_id: string;
  readonly tenant_status: TenantStatus;
  readonly membership: MemberStatus | null;
}

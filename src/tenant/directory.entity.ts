import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Role } from '../flow/index.js';
import type { MembershipStatus } from './member.entity.js';
import { Tenant } from './tenant.entity.js';

/*
 * The directory: small, rarely written tables that are keyed by what is known before the tenant is. They are written in
 * the transaction that writes the tenant's own rows. On Citus they are reference tables, present on every node.
 */

/** Which tenants a person belongs to. `member` is the proof; this is the way to it. */
@Entity({ schema: 'foothold', name: 'membership' })
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'membership_of_tenant', onDelete: 'CASCADE' })
@ForeignKey(() => Tenant, ['tenantId', 'tenantIsClosed'], ['tenantId', 'isClosed'], {
  name: 'membership_knows_closed',
  onDelete: 'CASCADE',
  onUpdate: 'CASCADE',
})
@Index('membership_by_tenant', ['tenantId', 'tenantIsClosed'])
@Check('membership_role_known', `role IN ('owner', 'admin', 'member')`)
@Check('membership_status_known', `status IN ('active', 'removed')`)
export class Membership {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'membership_pk' })
  subject!: string;

  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'membership_pk' })
  tenantId!: string;

  @Column({ type: 'text' })
  role!: Role;

  @Column({ type: 'text' })
  status!: MembershipStatus;

  /** A copy of `Tenant.isClosed`, which only the foreign key changes: a closed tenant is no choice beside another one. */
  @Column({ type: 'boolean', name: 'tenant_is_closed', default: false })
  readonly tenantIsClosed!: boolean;
}

/** The tenant of an Auth0 organisation: one each. */
@Entity({ schema: 'foothold', name: 'organization' })
@Unique('organization_of_one_tenant', ['tenantId'])
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'organization_of_tenant', onDelete: 'CASCADE' })
export class Organization {
  @PrimaryColumn({ type: 'text', name: 'organization_id', primaryKeyConstraintName: 'organization_pk' })
  organizationId!: string;

  @Column({ type: 'uuid', name: 'tenant_id' })
  tenantId!: string;
}

/** A person's draft tenant: at most one, however many requests race. The row goes when the draft becomes active. */
@Entity({ schema: 'foothold', name: 'draft_owner' })
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'draft_owner_of_tenant', onDelete: 'CASCADE' })
export class DraftOwner {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'draft_owner_pk' })
  subject!: string;

  @Column({ type: 'uuid', name: 'tenant_id' })
  tenantId!: string;
}

import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** Whoever archives a tenant ends its memberships and removes its draft owner in the same transaction. */
export type TenantStatus = 'draft' | 'active' | 'closed' | 'archived';

/** A customer organisation. A draft becomes active when its first tenant step completes. */
@Entity({ schema: 'foothold', name: 'tenant' })
@Unique('tenant_closed_known', ['tenantId', 'isClosed'])
@Check('tenant_status_known', `status IN ('draft', 'active', 'closed', 'archived')`)
export class Tenant {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'tenant_pk' })
  tenantId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  status!: TenantStatus;

  /** What the directory copies, see `Membership.tenantIsClosed`. */
  @Column({ type: 'boolean', name: 'is_closed', generatedType: 'STORED', asExpression: `(status = 'closed'::text)` })
  readonly isClosed!: boolean;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;

  /** Null unless it is closed: the grace period begins here. */
  @Column({ type: 'timestamptz', name: 'closed_at', nullable: true })
  closedAt!: Date | null;

  /** Numbers the invitations, so that each is known to be older or newer than a removal. */
  @Column({ type: 'integer', name: 'invitations_made', default: 0 })
  invitationsMade!: number;
}

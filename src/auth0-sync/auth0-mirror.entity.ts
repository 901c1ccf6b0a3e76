import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Tenant } from '../tenant/tenant.entity.js';

/**
 * `compare` only tells what differs; `repair` also writes. Both were asked for. `background` repairs, too, and is what the
 * service does by itself: its row has it only while the check is under way.
 */
export type MirrorCheck = 'compare' | 'repair' | 'background';

/** How what Auth0 held differed from the database at the last look. */
export type MirrorDrift = 'missing' | 'behind' | 'ahead' | 'not_ours';

/**
 * What Auth0 should hold of a member, level-triggered: while `wanted` is ahead of `mirrored` a send is due. A hundred
 * transitions between two sends cost one, and a lost send heals itself. Of somebody who is no member any more, not even a
 * removed one, it is all that is left, until Auth0 holds nothing of them.
 */
@Entity({ schema: 'foothold', name: 'auth0_mirror' })
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'mirror_in_tenant', onDelete: 'CASCADE' })
@Index('auth0_mirror_due', ['tenantId', 'dueAt'], { where: 'due_at IS NOT NULL' })
@Index('auth0_mirror_latest', ['dueAt'], { where: 'due_at IS NOT NULL' })
@Index('auth0_mirror_leased', ['leasedUntil'], { where: 'leased_until IS NOT NULL' })
@Index('auth0_mirror_parked', ['tenantId'], { where: 'parked IS NOT NULL' })
@Check('auth0_mirror_pending_check_known', `pending_check IN ('compare', 'repair', 'background')`)
@Check('auth0_mirror_drift_known', `drift IN ('missing', 'behind', 'ahead', 'not_ours')`)
export class Auth0Mirror {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'auth0_mirror_pk' })
  tenantId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'auth0_mirror_pk' })
  subject!: string;

  @Column({ type: 'integer' })
  wanted!: number;

  @Column({ type: 'integer', default: 0 })
  mirrored!: number;

  /** The tenant's own `wanted` when this was mirrored: whoever is behind it follows a change of the shared part. */
  @Column({ type: 'integer', name: 'mirrored_tenant', default: 0 })
  mirroredTenant!: number;

  /**
   * When the worker is to look at it; null when there is nothing to do. A claim moves it to the end of the lease, so that
   * what a killed process held is due again, and what changes meanwhile is noticed.
   */
  @Column({ type: 'timestamptz', name: 'due_at', nullable: true })
  dueAt!: Date | null;

  /** Nobody else sends it before. Two sends at once could leave the older one in Auth0. */
  @Column({ type: 'timestamptz', name: 'leased_until', nullable: true })
  leasedUntil!: Date | null;

  /** Failures in a row. */
  @Column({ type: 'integer', default: 0 })
  attempts!: number;

  @Column({ type: 'text', name: 'last_error', nullable: true })
  lastError!: string | null;

  /** Why it is not tried again until the next change, or until somebody asks. */
  @Column({ type: 'text', nullable: true })
  parked!: string | null;

  /** A send got no answer, and may still arrive there: it is looked at once more later. */
  @Column({ type: 'boolean', default: false })
  doubtful!: boolean;

  @Column({ type: 'timestamptz', name: 'mirrored_at', nullable: true })
  mirroredAt!: Date | null;

  /** The data set that was mirrored. Under another one, and at first, Auth0 is read before it is written. */
  @Column({ type: 'uuid', nullable: true })
  lineage!: string | null;

  @Column({ type: 'text', name: 'pending_check', nullable: true })
  pendingCheck!: MirrorCheck | null;

  @Column({ type: 'timestamptz', name: 'checked_at', nullable: true })
  checkedAt!: Date | null;

  /** What the last check found; null when nothing differed. */
  @Column({ type: 'text', nullable: true })
  drift!: MirrorDrift | null;

  /** When the person last used the tenant, give or take an hour. */
  @Column({ type: 'timestamptz', name: 'seen_at', default: () => 'now()' })
  seenAt!: Date;
}

/** The shared part changed: every member's mirror is due. The worker pages through them from `cursor`. */
@Entity({ schema: 'foothold', name: 'auth0_mirror_tenant' })
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'mirror_of_tenant', onDelete: 'CASCADE' })
@Index('auth0_mirror_tenant_due', ['tenantId', 'dueAt'], { where: 'due_at IS NOT NULL' })
@Index('auth0_mirror_tenant_latest', ['dueAt'], { where: 'due_at IS NOT NULL' })
export class Auth0MirrorTenant {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'auth0_mirror_tenant_pk' })
  tenantId!: string;

  @Column({ type: 'integer' })
  wanted!: number;

  @Column({ type: 'integer', default: 0 })
  mirrored!: number;

  /** The last member of the pages so far; null between two rounds. */
  @Column({ type: 'text', nullable: true })
  cursor!: string | null;

  /** `wanted` when the round under way began. */
  @Column({ type: 'integer', nullable: true })
  paging!: number | null;

  @Column({ type: 'timestamptz', name: 'due_at', nullable: true })
  dueAt!: Date | null;
}

import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { Role } from '../flow/index.js';
import { Tenant } from './tenant.entity.js';

export type MembershipStatus = 'active' | 'removed';
/** Somebody who was removed may come back. Nobody is `erased`: it is what the history calls whoever was. */
export type MemberStatus = MembershipStatus | 'erased';

/** A person in a tenant. Every request proves the membership against this row, in the statement that reads. */
@Entity({ schema: 'foothold', name: 'member' })
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'member_of_tenant', onDelete: 'CASCADE' })
@Check('member_subject_length', 'length(subject) BETWEEN 1 AND 255')
@Check('member_role_known', `role IN ('owner', 'admin', 'member')`)
@Check('member_status_known', `status IN ('active', 'removed', 'erased')`)
export class Member {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'member_pk' })
  tenantId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'member_pk' })
  subject!: string;

  @Column({ type: 'text' })
  role!: Role;

  @Column({ type: 'text' })
  status!: MemberStatus;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;

  /** The newest invitation's number at the removal. Null of an active member, and of one removed by an older build. */
  @Column({ type: 'integer', name: 'removed_after', nullable: true })
  removedAfter!: number | null;

  /** `updatedAt` as the removal left it. Where the two differ, another build has changed the row and `removedAfter` is old. */
  @Column({ type: 'timestamptz', name: 'removal_noted_at', nullable: true })
  removalNotedAt!: Date | null;
}

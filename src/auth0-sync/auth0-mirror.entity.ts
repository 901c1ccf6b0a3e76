import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Member } from '../tenant/member.entity.js';
import { Tenant } from '../tenant/tenant.entity.js';

/**
 * What Auth0 should hold of a member, level-triggered: while `wanted` is ahead of `mirrored` a send is due. A hundred
 * transitions between two sends cost one, and a lost send heals itself.
 */
@Entity({ schema: 'foothold', name: 'auth0_mirror' })
@ForeignKey(() => Member, ['tenantId', 'subject'], ['tenantId', 'subject'], {
  name: 'mirror_of_member',
  onDelete: 'CASCADE',
})
export class Auth0Mirror {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'auth0_mirror_pk' })
  tenantId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'auth0_mirror_pk' })
  subject!: string;

  @Column({ type: 'integer' })
  wanted!: number;

  @Column({ type: 'integer', default: 0 })
  mirrored!: number;

  @Column({ type: 'timestamptz', name: 'due_at' })
  dueAt!: Date;
}

/** The shared part changed: every member's mirror is due. The worker pages through them from `cursor`. */
@Entity({ schema: 'foothold', name: 'auth0_mirror_tenant' })
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'mirror_of_tenant', onDelete: 'CASCADE' })
export class Auth0MirrorTenant {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'auth0_mirror_tenant_pk' })
  tenantId!: string;

  @Column({ type: 'integer' })
  wanted!: number;

  @Column({ type: 'integer', default: 0 })
  mirrored!: number;

  @Column({ type: 'text', nullable: true })
  cursor!: string | null;

  @Column({ type: 'timestamptz', name: 'due_at' })
  dueAt!: Date;
}

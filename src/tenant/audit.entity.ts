import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Tenant } from './tenant.entity.js';

/** Who did what to whom, and why. Append-only by privilege. */
@Entity({ schema: 'foothold', name: 'audit' })
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'audit_of_tenant', onDelete: 'CASCADE' })
@Index('audit_by_time', ['tenantId', 'recordedAt', 'auditId'])
export class Audit {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'audit_pk' })
  tenantId!: string;

  @PrimaryColumn({ type: 'uuid', name: 'audit_id', primaryKeyConstraintName: 'audit_pk' })
  auditId!: string;

  @Column({ type: 'text' })
  actor!: string;

  /** Such as `attestation_claimed` or `tenant_probed`. */
  @Column({ type: 'text' })
  action!: string;

  /** Whom it was done to; null where it was nobody in particular. */
  @Column({ type: 'text', nullable: true })
  subject!: string | null;

  /** Why, in the actor's words. */
  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ type: 'jsonb' })
  detail!: Record<string, unknown>;

  @Column({ type: 'timestamptz', name: 'recorded_at' })
  recordedAt!: Date;

  /** Who acted with the actor's token; null where the actor did. */
  @Column({ type: 'text', nullable: true })
  impersonator!: string | null;
}

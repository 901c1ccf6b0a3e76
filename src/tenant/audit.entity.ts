import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Tenant } from './tenant.entity.js';

/** Who did what to whom, and why. Append-only by privilege. */
@Entity({ schema: 'foothold', name: 'audit' })
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'audit_of_tenant', onDelete: 'CASCADE' })
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

  @Column({ type: 'jsonb' })
  detail!: Record<string, unknown>;

  @Column({ type: 'timestamptz', name: 'recorded_at' })
  recordedAt!: Date;
}

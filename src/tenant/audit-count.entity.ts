import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Audit } from './audit.entity.js';

/** How often an entry of the audit log stands for the same thing. Beside the log, which is append-only by privilege. */
@Entity({ schema: 'foothold', name: 'audit_count' })
@ForeignKey(() => Audit, ['tenantId', 'auditId'], ['tenantId', 'auditId'], {
  name: 'audit_count_of_entry',
  onDelete: 'CASCADE',
})
export class AuditCount {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'audit_count_pk' })
  tenantId!: string;

  @PrimaryColumn({ type: 'uuid', name: 'audit_id', primaryKeyConstraintName: 'audit_count_pk' })
  auditId!: string;

  @Column({ type: 'integer' })
  times!: number;

  @Column({ type: 'timestamptz', name: 'last_at' })
  lastAt!: Date;
}

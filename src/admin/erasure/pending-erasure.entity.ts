import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { Tenant } from '../../tenant/tenant.entity.js';

/** An erasure that a job is to finish. The only place that still names the person; it is deleted with the last of them. */
@Entity({ schema: 'foothold', name: 'pending_erasure' })
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'pending_erasure_of_tenant', onDelete: 'CASCADE' })
@Unique('pending_erasure_of_subject', ['tenantId', 'subject'])
export class PendingErasure {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'pending_erasure_pk' })
  tenantId!: string;

  @PrimaryColumn({ type: 'uuid', name: 'job_id', primaryKeyConstraintName: 'pending_erasure_pk' })
  jobId!: string;

  @Column({ type: 'text' })
  subject!: string;

  /** Keyed hash of the subject, as on the tombstone. */
  @Column({ type: 'text' })
  person!: string;

  @Column({ type: 'text' })
  pseudonym!: string;

  @Column({ type: 'text', name: 'asked_by' })
  askedBy!: string;

  @Column({ type: 'text', nullable: true })
  impersonator!: string | null;

  /** The capacity of `askedBy`. */
  @Column({ type: 'text', name: 'asked_as' })
  askedAs!: string;

  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ type: 'timestamptz', name: 'erased_at' })
  erasedAt!: Date;
}

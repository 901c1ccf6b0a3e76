import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { OnboardingProgress } from './onboarding-progress.entity.js';

/** What an Idempotency-Key stood for, and how it ended. Written with the transition; refusals are not stored. */
@Entity({ schema: 'foothold', name: 'operation' })
@ForeignKey(() => OnboardingProgress, ['tenantId', 'flowKey', 'subject'], ['tenantId', 'flowKey', 'subject'], {
  name: 'operation_of_progress',
  onDelete: 'CASCADE',
})
export class Operation {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'operation_pk' })
  tenantId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'operation_pk' })
  actor!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'operation_pk' })
  key!: string;

  /** SHA-256 of what was asked: the same key with another question is a fault of the caller. */
  @Column({ type: 'text', name: 'request_hash' })
  requestHash!: string;

  @Column({ type: 'boolean' })
  applied!: boolean;

  @Column({ type: 'text', name: 'flow_key' })
  flowKey!: string;

  /** The part it was about: '' is the tenant's. */
  @Column({ type: 'text' })
  subject!: string;

  /** Of that part, afterwards. */
  @Column({ type: 'integer' })
  revision!: number;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}

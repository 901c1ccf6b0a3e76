import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { OnboardingProgress } from './onboarding-progress.entity.js';

/**
 * An attested step of a tenant that a trusted system is to act on now. Kept by the transaction that makes it so, and
 * removed by the one that ends it, so it is as true as the progress itself: whoever asks misses nothing and needs no cursor.
 */
@Entity({ schema: 'foothold', name: 'due_step' })
@ForeignKey(() => OnboardingProgress, ['tenantId', 'flowKey', 'subject'], ['tenantId', 'flowKey', 'subject'], {
  name: 'due_step_of_progress',
  onDelete: 'CASCADE',
})
export class DueStep {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'due_step_pk' })
  tenantId!: string;

  @PrimaryColumn({ type: 'text', name: 'flow_key', primaryKeyConstraintName: 'due_step_pk' })
  flowKey!: string;

  /** Always '', the tenant's part. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'due_step_pk' })
  subject!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'due_step_pk' })
  step!: string;

  @Column({ type: 'timestamptz', name: 'due_since' })
  dueSince!: Date;
}

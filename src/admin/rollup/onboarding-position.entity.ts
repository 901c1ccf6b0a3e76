import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { FlowStatus } from '../../flow/index.js';
import { OnboardingProgress } from '../../onboarding/onboarding-progress.entity.js';
import type { Folded } from './fold.js';

/**
 * Where each part of a flow stands, and what of it is counted in the funnel; made from history by the rollup, in the
 * transaction that moves `revision`. The tenant's part (subject '') stands for everybody where a flow has no other.
 */
@Entity({ schema: 'foothold', name: 'onboarding_position' })
@ForeignKey(() => OnboardingProgress, ['tenantId', 'flowKey', 'subject'], ['tenantId', 'flowKey', 'subject'], {
  name: 'position_of_progress',
  onDelete: 'CASCADE',
})
@Index('position_by_status', ['tenantId', 'flowKey', 'status', 'since', 'subject'])
@Index('position_by_step', ['tenantId', 'flowKey', 'step', 'since', 'subject'])
@Index('position_unfinished', ['tenantId', 'flowKey', 'since', 'subject'], { where: 'step IS NOT NULL' })
@Index('position_following', ['tenantId', 'flowKey'], { where: 'following IS NOT NULL' })
@Check('position_status_known', `status IN ('not_started', 'in_progress', 'completed')`)
@Check('position_completed_at_no_step', `(status = 'completed') = (step IS NULL)`)
export class OnboardingPosition {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'onboarding_position_pk' })
  tenantId!: string;

  @PrimaryColumn({ type: 'text', name: 'flow_key', primaryKeyConstraintName: 'onboarding_position_pk' })
  flowKey!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'onboarding_position_pk' })
  subject!: string;

  @Column({ type: 'text' })
  status!: FlowStatus;

  /** The first open step, whoever is to do it. */
  @Column({ type: 'text', nullable: true })
  step!: string | null;

  @Column({ type: 'timestamptz' })
  since!: Date;

  /** The mark: how much of the part's history is in here, and in the funnel. */
  @Column({ type: 'integer' })
  revision!: number;

  /** The same of the tenant's part, of a member in a flow that has both. */
  @Column({ type: 'integer', name: 'shared_revision' })
  sharedRevision!: number;

  @Column({ type: 'jsonb' })
  folded!: Folded;

  /** Of the tenant's part in a flow that has both: members up to this one have followed its newest change; null: all. */
  @Column({ type: 'text', nullable: true })
  following!: string | null;
}

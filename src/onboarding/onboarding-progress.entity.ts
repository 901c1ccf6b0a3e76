import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { PartState } from '../flow/index.js';
import { Member } from '../tenant/member.entity.js';
import { Tenant } from '../tenant/tenant.entity.js';

/**
 * How far a flow is: the tenant's shared part (subject '') or one member's part. A view composes both, and its revision
 * is their sum: a transition changes exactly one of the two rows by exactly 1, and no row ever decreases.
 *
 * No index names a column that a transition changes, so that its update stays on the row's page and writes no index (HOT).
 */
@Entity({ schema: 'foothold', name: 'onboarding_progress' })
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'progress_of_tenant', onDelete: 'CASCADE' })
@ForeignKey(() => Member, ['tenantId', 'member'], ['tenantId', 'subject'], {
  name: 'progress_of_member',
  onDelete: 'CASCADE',
})
@Check('progress_revision_counts', 'revision >= 0')
@Check('progress_is_an_object', `jsonb_typeof(steps) = 'object' AND jsonb_typeof(data) = 'object'`)
export class OnboardingProgress {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'onboarding_progress_pk' })
  tenantId!: string;

  @PrimaryColumn({ type: 'text', name: 'flow_key', primaryKeyConstraintName: 'onboarding_progress_pk' })
  flowKey!: string;

  /** '' is the tenant's shared part. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'onboarding_progress_pk' })
  subject!: string;

  /** Carries the foreign key, which '' could not. */
  @Column({ type: 'text', nullable: true, generatedType: 'STORED', asExpression: `NULLIF(subject, ''::text)` })
  readonly member!: string | null;

  @Column({ type: 'integer', name: 'flow_version' })
  flowVersion!: number;

  @Column({ type: 'jsonb' })
  steps!: PartState['steps'];

  @Column({ type: 'jsonb' })
  data!: PartState['data'];

  @Column({ type: 'integer' })
  revision!: number;

  /** Written for the previous build only, whose rollup looks for parts by it; now there is {@link PartDue}. */
  @Column({ type: 'integer', default: -1 })
  delivered!: number;

  /** On somebody's first visit; null where that was before it was noted. */
  @Column({ type: 'timestamptz', name: 'opened_at', nullable: true, default: () => 'now()' })
  openedAt!: Date | null;

  /** Null until the first transition. */
  @Column({ type: 'timestamptz', name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}

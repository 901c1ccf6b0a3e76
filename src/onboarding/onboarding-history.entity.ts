import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Effect } from '../flow/index.js';
import type { ActorKind } from './actor-kind.js';
import { OnboardingProgress } from './onboarding-progress.entity.js';

/** Every accepted transition. Append-only by privilege; folding the effects gives the progress row back exactly. */
@Entity({ schema: 'foothold', name: 'onboarding_history' })
@ForeignKey(() => OnboardingProgress, ['tenantId', 'flowKey', 'subject'], ['tenantId', 'flowKey', 'subject'], {
  name: 'history_of_progress',
  onDelete: 'CASCADE',
})
@Check('history_actor_kind_known', `actor_kind IN ('member', 'admin', 'system', 'import', 'migration', 'impersonated')`)
@Index('history_by_admin', ['tenantId', 'actor'], { where: `actor_kind IN ('admin', 'import')` })
@Index('history_by_impersonator', ['tenantId', 'impersonator'], { where: 'impersonator IS NOT NULL' })
export class OnboardingHistory {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'onboarding_history_pk' })
  tenantId!: string;

  @PrimaryColumn({ type: 'text', name: 'flow_key', primaryKeyConstraintName: 'onboarding_history_pk' })
  flowKey!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'onboarding_history_pk' })
  subject!: string;

  /** Of this part, after the transition. */
  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'onboarding_history_pk' })
  revision!: number;

  /** Of the other part that the actor's view was composed with. */
  @Column({ type: 'integer', name: 'other_revision' })
  otherRevision!: number;

  @Column({ type: 'integer', name: 'flow_version' })
  flowVersion!: number;

  @Column({ type: 'text' })
  action!: string;

  @Column({ type: 'text' })
  step!: string;

  @Column({ type: 'jsonb' })
  effects!: Effect[];

  @Column({ type: 'text' })
  actor!: string;

  @Column({ type: 'text', name: 'actor_kind' })
  actorKind!: ActorKind;

  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ type: 'text', name: 'operation_key', nullable: true })
  operationKey!: string | null;

  /** When it happened, by the caller's clock. Told, never ordered by. */
  @Column({ type: 'timestamptz', name: 'client_time', nullable: true })
  clientTime!: Date | null;

  @Column({ type: 'timestamptz', name: 'recorded_at' })
  recordedAt!: Date;

  /** Who acted with the actor's token; null where the actor did. */
  @Column({ type: 'text', nullable: true })
  impersonator!: string | null;
}

import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { JsonObject } from '../flow/index.js';
import { OnboardingProgress } from './onboarding-progress.entity.js';

/** Every event that a trusted system sent, whatever came of it. Append-only by privilege. */
@Entity({ schema: 'foothold', name: 'attestation' })
@ForeignKey(() => OnboardingProgress, ['tenantId', 'flowKey', 'subject'], ['tenantId', 'flowKey', 'subject'], {
  name: 'attestation_of_progress',
  onDelete: 'CASCADE',
})
@Check('attestation_outcome_known', `outcome IN ('succeeded', 'failed', 'revoked')`)
export class Attestation {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'attestation_pk' })
  tenantId!: string;

  @PrimaryColumn({ type: 'text', name: 'flow_key', primaryKeyConstraintName: 'attestation_pk' })
  flowKey!: string;

  @PrimaryColumn({ type: 'text', name: 'event_id', primaryKeyConstraintName: 'attestation_pk' })
  eventId!: string;

  @Column({ type: 'text' })
  step!: string;

  /** The part it is about: '' is the tenant's. */
  @Column({ type: 'text' })
  subject!: string;

  @Column({ type: 'text' })
  outcome!: 'succeeded' | 'failed' | 'revoked';

  /** With `revoked`: the event id of the success that is taken back. It may come later. */
  @Column({ type: 'text', nullable: true })
  revokes!: string | null;

  @Column({ type: 'text', nullable: true })
  message!: string | null;

  @Column({ type: 'jsonb' })
  data!: JsonObject;

  /** Whether it told anything new when it came. */
  @Column({ type: 'boolean' })
  applied!: boolean;

  @Column({ type: 'text' })
  sender!: string;

  @Column({ type: 'timestamptz', name: 'occurred_at' })
  occurredAt!: Date;

  @Column({ type: 'timestamptz', name: 'recorded_at' })
  recordedAt!: Date;
}

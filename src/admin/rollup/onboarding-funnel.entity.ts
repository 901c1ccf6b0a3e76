import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Tenant } from '../../tenant/tenant.entity.js';

/** How many parts of a tenant reached a step on a day, by how it went on and by how long it took (see fold.ts). */
@Entity({ schema: 'foothold', name: 'onboarding_funnel' })
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'funnel_of_tenant', onDelete: 'CASCADE' })
export class OnboardingFunnel {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'onboarding_funnel_pk' })
  tenantId!: string;

  @PrimaryColumn({ type: 'text', name: 'flow_key', primaryKeyConstraintName: 'onboarding_funnel_pk' })
  flowKey!: string;

  /** -infinity: all of them together. */
  @PrimaryColumn({ type: 'date', primaryKeyConstraintName: 'onboarding_funnel_pk' })
  day!: string;

  /** '' is the flow as a whole. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'onboarding_funnel_pk' })
  step!: string;

  /** Of a step: open, completed or skipped; of the whole: its status. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'onboarding_funnel_pk' })
  outcome!: string;

  /** Of the time that it took; -1 while it is open. */
  @PrimaryColumn({ type: 'smallint', primaryKeyConstraintName: 'onboarding_funnel_pk' })
  bucket!: number;

  @Column({ type: 'integer' })
  parts!: number;
}

import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';

@Entity({ schema: 'foothold', name: 'tenant' })
export class Tenant {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id' })
  tenantId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  status!: string;
}

@Entity({ schema: 'foothold', name: 'membership' })
export class Membership {
  @PrimaryColumn({ type: 'text' })
  subject!: string;

  @PrimaryColumn({ type: 'uuid', name: 'tenant_id' })
  tenantId!: string;

  @Column({ type: 'text' })
  role!: string;

  @Column({ type: 'text' })
  status!: string;

  @ManyToOne(() => Tenant)
  @JoinColumn({ name: 'tenant_id' })
  tenant!: Tenant;
}

@Entity({ schema: 'foothold', name: 'onboarding_progress' })
export class Progress {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id' })
  tenantId!: string;

  @PrimaryColumn({ type: 'text', name: 'flow_key' })
  flowKey!: string;

  @PrimaryColumn({ type: 'text' })
  subject!: string;

  @Column({ type: 'integer', name: 'flow_version' })
  flowVersion!: number;

  @Column({ type: 'jsonb' })
  steps!: Record<string, { status?: string; at?: string; by?: string }>;

  @Column({ type: 'jsonb' })
  data!: Record<string, object>;

  @Column({ type: 'integer' })
  revision!: number;

  @Column({ type: 'timestamptz', name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}

@Entity({ schema: 'foothold', name: 'onboarding_history' })
export class HistoryEntry {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id' })
  tenantId!: string;

  @PrimaryColumn({ type: 'text', name: 'flow_key' })
  flowKey!: string;

  @PrimaryColumn({ type: 'text' })
  subject!: string;

  @PrimaryColumn({ type: 'integer' })
  revision!: number;

  @Column({ type: 'integer', name: 'other_revision' })
  otherRevision!: number;

  @Column({ type: 'integer', name: 'flow_version' })
  flowVersion!: number;

  @Column({ type: 'text' })
  action!: string;

  @Column({ type: 'text' })
  step!: string;

  @Column({ type: 'jsonb' })
  effects!: object[];

  @Column({ type: 'text' })
  actor!: string;

  @Column({ type: 'text', name: 'actor_kind' })
  actorKind!: string;

  @Column({ type: 'text', name: 'operation_key' })
  operationKey!: string;

  @Column({ type: 'timestamptz', name: 'recorded_at' })
  recordedAt!: Date;
}

@Entity({ schema: 'foothold', name: 'operation' })
export class Operation {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id' })
  tenantId!: string;

  @PrimaryColumn({ type: 'text' })
  actor!: string;

  @PrimaryColumn({ type: 'text' })
  key!: string;

  @Column({ type: 'text', name: 'request_hash' })
  requestHash!: string;

  @Column({ type: 'boolean' })
  applied!: boolean;

  @Column({ type: 'text', name: 'flow_key' })
  flowKey!: string;

  @Column({ type: 'text' })
  subject!: string;

  @Column({ type: 'integer' })
  revision!: number;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}

import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import type { Action } from '../../flow/index.js';
import { Tenant } from '../../tenant/tenant.entity.js';
import type { ItemOutcome, JobStatus } from './bulk-states.js';

/** One transition for many people, or the undoing of one. */
@Entity({ schema: 'foothold', name: 'bulk_job' })
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'bulk_job_of_tenant', onDelete: 'CASCADE' })
@Unique('bulk_job_undone_once', ['tenantId', 'undoes'])
@Check('bulk_job_status_known', `status IN ('queued', 'running', 'completed', 'cancelled', 'failed')`)
export class BulkJob {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'bulk_job_pk' })
  tenantId!: string;

  @PrimaryColumn({ type: 'uuid', name: 'job_id', primaryKeyConstraintName: 'bulk_job_pk' })
  jobId!: string;

  @Column({ type: 'text', name: 'flow_key' })
  flowKey!: string;

  /** Which people: `where` of the request. */
  @Column({ type: 'jsonb' })
  people!: object;

  @Column({ type: 'text' })
  step!: string;

  @Column({ type: 'text' })
  action!: Action;

  @Column({ type: 'text' })
  reason!: string;

  @Column({ type: 'boolean', name: 'dry_run' })
  dryRun!: boolean;

  /** The job whose transitions this one takes back. */
  @Column({ type: 'uuid', nullable: true })
  undoes!: string | null;

  @Column({ type: 'text' })
  status!: JobStatus;

  /** The last person that was looked at: whoever goes on begins behind them. */
  @Column({ type: 'text', default: '' })
  cursor!: string;

  /** Subjects in the pages that are done. */
  @Column({ type: 'integer', default: 0 })
  examined!: number;

  /** Members in these pages who did not match `where`; null in a job that was made before this was counted. */
  @Column({ type: 'integer', name: 'not_matched', nullable: true })
  notMatched!: number | null;

  @Column({ type: 'text', name: 'last_error', nullable: true })
  lastError!: string | null;

  @Column({ type: 'text', name: 'created_by' })
  createdBy!: string;

  /** A role in the tenant, or `platform`; null in a job that was made before this was recorded. */
  @Column({ type: 'text', name: 'created_as', nullable: true })
  createdAs!: string | null;

  /** Who acted with the token of `createdBy`; null where they did themselves. */
  @Column({ type: 'text', nullable: true })
  impersonator!: string | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true })
  endedAt!: Date | null;
}

/** What became of one person. Written with their transition, so that nobody is moved twice. */
@Entity({ schema: 'foothold', name: 'bulk_item' })
@ForeignKey(() => BulkJob, ['tenantId', 'jobId'], ['tenantId', 'jobId'], {
  name: 'bulk_item_of_job',
  onDelete: 'CASCADE',
})
@Check('bulk_item_outcome_known', `outcome IN ('applied', 'no_op', 'refused', 'moved_since', 'not_a_member')`)
export class BulkItem {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'bulk_item_pk' })
  tenantId!: string;

  @PrimaryColumn({ type: 'uuid', name: 'job_id', primaryKeyConstraintName: 'bulk_item_pk' })
  jobId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'bulk_item_pk' })
  subject!: string;

  @Column({ type: 'text' })
  outcome!: ItemOutcome;

  /** The reason of a refusal. */
  @Column({ type: 'text', nullable: true })
  why!: string | null;

  /** Of the person's part, after it was moved: whoever is at another one by now has moved on. */
  @Column({ type: 'integer', nullable: true })
  revision!: number | null;
}

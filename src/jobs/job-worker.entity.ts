import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A worker of some process that runs jobs, and when it was last alive: what a dead one held is given to others. */
@Entity({ schema: 'foothold', name: 'job_worker' })
export class JobWorker {
  @PrimaryColumn({ type: 'text', name: 'worker_id', primaryKeyConstraintName: 'job_worker_pk' })
  workerId!: string;

  @Column({ type: 'timestamptz', name: 'seen_at' })
  seenAt!: Date;
}

import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What all processes together may still send to the Management API. */
@Entity({ schema: 'foothold', name: 'auth0_budget' })
export class Auth0Budget {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'auth0_budget_pk' })
  bucket!: string;

  /** When the bucket is full again, in milliseconds since 1970. */
  @Column({ type: 'double precision', name: 'full_at' })
  fullAt!: number;
}

/** The processes that share the budget. */
@Entity({ schema: 'foothold', name: 'auth0_process' })
export class Auth0Process {
  @PrimaryColumn({ type: 'uuid', name: 'process_id', primaryKeyConstraintName: 'auth0_process_pk' })
  processId!: string;

  @Column({ type: 'timestamptz', name: 'seen_at' })
  seenAt!: Date;
}

import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** One row: which data set this is. A restored backup gets a new lineage, so that a lower revision is then believed. */
@Entity({ schema: 'foothold', name: 'dataset' })
@Check('dataset_single_row', 'singleton')
export class Dataset {
  @PrimaryColumn({ type: 'boolean', default: true, primaryKeyConstraintName: 'dataset_pk' })
  singleton!: boolean;

  @Column({ type: 'uuid' })
  lineage!: string;

  /** Of the cluster that the data lived in last (`pg_control_system`, `pg_control_checkpoint`). */
  @Column({ type: 'text', name: 'system_identifier' })
  systemIdentifier!: string;

  @Column({ type: 'integer' })
  timeline!: number;

  /** Since when erasures may be missing, because the data moved or a backup was restored; null once that was settled. */
  @Column({ type: 'timestamptz', name: 'erasures_unconfirmed_since', nullable: true })
  erasuresUnconfirmedSince!: Date | null;
}

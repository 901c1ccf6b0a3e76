import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A revision of a part that the rollup (src/admin/rollup) has not counted yet. Each statement that writes a revision adds its
 * row, and the rollup deletes the rows up to the revision that it has counted. A row is only ever inserted for a new revision,
 * so a transition never waits for the rollup.
 */
@Entity({ schema: 'foothold', name: 'part_due' })
export class PartDue {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'part_due_pk' })
  tenantId!: string;

  @PrimaryColumn({ type: 'text', name: 'flow_key', primaryKeyConstraintName: 'part_due_pk' })
  flowKey!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'part_due_pk' })
  subject!: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'part_due_pk' })
  revision!: number;

  /** When the revision was made. */
  @Column({ type: 'timestamptz' })
  at!: Date;
}

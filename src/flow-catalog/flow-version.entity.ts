import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** A version of a flow, kept as long as anybody's progress is judged by it. */
@Entity({ schema: 'foothold', name: 'flow_version' })
@Check('flow_version_status_known', `status IN ('draft', 'published', 'retired')`)
export class FlowVersion {
  @PrimaryColumn({ type: 'text', name: 'flow_key', primaryKeyConstraintName: 'flow_version_pk' })
  flowKey!: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'flow_version_pk' })
  version!: number;

  /** A FlowDefinition. */
  @Column({ type: 'jsonb' })
  definition!: object;

  @Column({ type: 'text' })
  status!: 'draft' | 'published' | 'retired';

  /** SHA-256 of the definition: a published version never changes its meaning. */
  @Column({ type: 'text' })
  checksum!: string;
}

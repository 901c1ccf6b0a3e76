import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** A version of a flow, kept as long as a person's progress is judged by it. */
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

  /**
   * SHA-256 of the definition as it was first stored, texts included. Only earlier builds compare it, so that they start
   * on rows of this one; this build compares what definitions mean.
   */
  @Column({ type: 'text' })
  checksum!: string;
}

import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { SealedMirror } from './seal.js';

export type CaseStatus = 'open' | 'restored' | 'started_over';

/**
 * A mirror that knows more than the database does. Somebody decides which of them is believed; until then the mirror is
 * not overwritten. Part of the directory: it is looked for by person, and its tenant may be what was lost.
 */
@Entity({ schema: 'foothold', name: 'mirror_case' })
@Check('mirror_case_status_known', `status IN ('open', 'restored', 'started_over')`)
export class MirrorCase {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'mirror_case_pk' })
  subject!: string;

  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'mirror_case_pk' })
  tenantId!: string;

  @Column({ type: 'uuid', name: 'case_id' })
  caseId!: string;

  @Column({ type: 'text' })
  status!: CaseStatus;

  /** The mirror as it was found, with its seal. */
  @Column({ type: 'jsonb' })
  found!: SealedMirror;

  @Column({ type: 'timestamptz', name: 'raised_at' })
  raisedAt!: Date;

  @Column({ type: 'timestamptz', name: 'resolved_at', nullable: true })
  resolvedAt!: Date | null;

  @Column({ type: 'text', name: 'resolved_by', nullable: true })
  resolvedBy!: string | null;

  @Column({ type: 'text', nullable: true })
  reason!: string | null;
}

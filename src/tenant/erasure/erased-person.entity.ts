import { Entity, PrimaryColumn, Column } from 'typeorm';

/**
 * A tombstone: somebody was erased from a tenant. It tells nobody who they were, and recognises them when they are
 * there. A directory table, because it is asked before a tenant is known; without a foreign key, as it outlives all else.
 */
@Entity({ schema: 'foothold', name: 'erased_person' })
export class ErasedPerson {
  /** Keyed hash of the subject. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'erased_person_pk' })
  person!: string;

  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'erased_person_pk' })
  tenantId!: string;

  /** What they are called in the history that stays. */
  @Column({ type: 'text' })
  pseudonym!: string;

  @Column({ type: 'timestamptz', name: 'erased_at' })
  erasedAt!: Date;
}

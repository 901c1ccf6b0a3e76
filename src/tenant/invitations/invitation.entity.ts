import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { Role } from '../../flow/index.js';
import { Tenant } from '../tenant.entity.js';

/**
 * A one-time way into a tenant. Open until it is accepted, revoked or expired, and each of these is for good. It is for
 * whoever holds its token, never for an e-mail address: of the token only the hash is kept.
 */
@Entity({ schema: 'foothold', name: 'invitation' })
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'invitation_of_tenant', onDelete: 'CASCADE' })
@Check('invitation_role_known', `role IN ('owner', 'admin', 'member')`)
@Check('invitation_ends_once', 'accepted_at IS NULL OR revoked_at IS NULL')
@Check('invitation_accepted_by_somebody', '(accepted_at IS NULL) = (accepted_by IS NULL)')
export class Invitation {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'invitation_pk' })
  tenantId!: string;

  @PrimaryColumn({ type: 'uuid', name: 'invitation_id', primaryKeyConstraintName: 'invitation_pk' })
  invitationId!: string;

  /** SHA-256 of the token. */
  @Column({ type: 'text', name: 'token_hash' })
  tokenHash!: string;

  /** Which the person gets by accepting. */
  @Column({ type: 'text' })
  role!: Role;

  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ type: 'text', name: 'invited_by' })
  invitedBy!: string;

  /** Who acted with the token of `invitedBy`; null if they acted themselves. */
  @Column({ type: 'text', nullable: true })
  impersonator!: string | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt!: Date;

  @Column({ type: 'text', name: 'accepted_by', nullable: true })
  acceptedBy!: string | null;

  @Column({ type: 'timestamptz', name: 'accepted_at', nullable: true })
  acceptedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  /** In the order in which the tenant's invitations were made, from 1. Null of one made by an older build. */
  @Column({ type: 'integer', nullable: true })
  number!: number | null;
}

import { Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Tenant } from '../../tenant/tenant.entity.js';

/** Whoever holds the row's lock rolls this tenant up, and nobody else. */
@Entity({ schema: 'foothold', name: 'rollup_claim' })
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'rollup_claim_of_tenant', onDelete: 'CASCADE' })
export class RollupClaim {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'rollup_claim_pk' })
  tenantId!: string;
}

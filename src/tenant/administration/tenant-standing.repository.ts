import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import type { Transaction } from '../../database/transaction.js';
import type { Role } from '../../flow/index.js';
import type { TenantRow } from '../tenants/tenant-view.js';

/** A tenant, and what the caller is there. */
export interface Standing {
  readonly tenant: TenantRow;
  /** Undefined for whoever is no active member. */
  readonly role: Role | undefined;
}

/** A login to an organisation stands for that organisation's tenant only, whatever else the person belongs to. */
const STANDING = {
  name: 'tenant_standing',
  text: `SELECT t.tenant_id, t.name, t.status, t.created_at, t.updated_at, t.closed_at, o.organization_id, m.role
         FROM foothold.tenant t
         LEFT JOIN foothold.organization o ON o.tenant_id = t.tenant_id
         LEFT JOIN foothold.member m ON m.tenant_id = t.tenant_id AND m.subject = $2 AND m.status = 'active'
           AND ($3::text IS NULL OR o.organization_id = $3)
         WHERE t.tenant_id = $1`,
};

@Injectable()
export class TenantStandingRepository {
  /** Undefined when there is no such tenant. */
  async find(
    transaction: Transaction,
    { subject, orgId }: Pick<Principal, 'subject' | 'orgId'>,
  ): Promise<Standing | undefined> {
    const values = [transaction.tenantId, subject, orgId ?? null];
    const [row] = await transaction.query<TenantRow & { role: Role | null }>(STANDING, values);
    return row && { tenant: row, role: row.role ?? undefined };
  }
}

import { randomUUID } from 'node:crypto';
import type { TestService } from './service.js';

export interface TenantSeed {
  readonly organizationId?: string;
  /** Role of each member by subject; `removed` is somebody who was a member. */
  readonly members?: Readonly<Record<string, 'owner' | 'admin' | 'member' | 'removed'>>;
}

/** All of a tenant in one statement, because a connection for each row would be most of many a test's time. */
const CREATE = `
  WITH tenant AS (
    INSERT INTO foothold.tenant (tenant_id, name, status, created_at, updated_at)
    VALUES ($1, 'Acme', 'active', now(), now())
  ), seed AS (
    SELECT subject, CASE seed.role WHEN 'removed' THEN 'member' ELSE seed.role END AS role,
      CASE seed.role WHEN 'removed' THEN 'removed' ELSE 'active' END AS status
    FROM unnest($2::text[], $3::text[]) AS seed (subject, role)
  ), member AS (
    INSERT INTO foothold.member (tenant_id, subject, role, status, created_at, updated_at)
    SELECT $1, subject, role, status, now(), now() FROM seed
  ), membership AS (
    INSERT INTO foothold.membership (tenant_id, subject, role, status) SELECT $1, subject, role, status FROM seed
  )
  INSERT INTO foothold.organization (organization_id, tenant_id) SELECT $4, $1 WHERE $4::text IS NOT NULL`;

export const newOrganization = (): string => `org_${randomUUID().replaceAll('-', '')}`;

/** An active tenant, as an operator would have made it; returns its id. */
export async function createTenant(
  service: TestService,
  { organizationId, members = {} }: TenantSeed = {},
): Promise<string> {
  const tenantId = randomUUID();
  const values = [tenantId, Object.keys(members), Object.values(members), organizationId ?? null];
  await service.sql(CREATE, values);
  return tenantId;
}

export async function addMember(
  service: TestService,
  tenantId: string,
  subject: string,
  role: 'owner' | 'admin' | 'member' | 'removed',
): Promise<void> {
  const isRemoved = role === 'removed';
  const values = [tenantId, subject, isRemoved ? 'member' : role, isRemoved ? 'removed' : 'active'];
  await service.sql('INSERT INTO foothold.member VALUES ($1, $2, $3, $4, now(), now())', values);
  await service.sql(
    'INSERT INTO foothold.membership (tenant_id, subject, role, status) VALUES ($1, $2, $3, $4)',
    values,
  );
}

/** As removing a member does: the row stays, and tells that they are not to come back by themselves. */
export async function removeMember(service: TestService, tenantId: string, subject: string): Promise<void> {
  for (const table of ['member', 'membership']) {
    const where = 'WHERE tenant_id = $1 AND subject = $2';
    await service.sql(`UPDATE foothold.${table} SET status = 'removed' ${where}`, [tenantId, subject]);
  }
}

import { randomUUID } from 'node:crypto';
import type { TestService } from './service.js';

export interface TenantSeed {
  readonly organizationId?: string;
  /** Role of each member by subject; `removed` is somebody who was a member. */
  readonly members?: Readonly<Record<string, 'owner' | 'admin' | 'member' | 'removed'>>;
}

/** An active tenant, as an operator would have made it; returns its id. */
export async function createTenant(service: TestService, seed: TenantSeed = {}): Promise<string> {
  const { organizationId, members = {} } = seed;
  const tenantId = randomUUID();
  await service.sql(`INSERT INTO foothold.tenant VALUES ($1, 'Acme', 'active', now(), now())`, [tenantId]);
  for (const [subject, role] of Object.entries(members)) await addMember(service, tenantId, subject, role);
  if (organizationId !== undefined) {
    await service.sql('INSERT INTO foothold.organization VALUES ($1, $2)', [organizationId, tenantId]);
  }
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

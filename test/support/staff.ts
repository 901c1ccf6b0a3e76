import { Administering } from './administration.js';
import type { Api } from './api.js';
import type { TestService } from './service.js';
import { createTenant } from './tenants.js';

/** An active tenant with somebody of each role, and its admin routes as they and the platform's operators call them. */
export interface Staff {
  readonly tenantId: string;
  readonly owner: Api;
  readonly admin: Api;
  readonly member: Api;
  readonly asOwner: Administering;
  readonly asAdmin: Administering;
  readonly asPlatform: Administering;
}

/** @param newPerson somebody nobody has seen before; not even Auth0, if not given */
export async function staffed(service: TestService, newPerson = (): Api => service.person()): Promise<Staff> {
  const [owner, admin, member] = [newPerson(), newPerson(), newPerson()];
  const members = { [owner.subject]: 'owner', [admin.subject]: 'admin', [member.subject]: 'member' } as const;
  const tenantId = await createTenant(service, { members });
  return {
    tenantId,
    owner,
    admin,
    member,
    asOwner: new Administering(owner, tenantId),
    asAdmin: new Administering(admin, tenantId),
    asPlatform: new Administering(service.operator(), tenantId),
  };
}

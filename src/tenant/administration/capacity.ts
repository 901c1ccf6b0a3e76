import { isOperator, reachesAllTenants, type Principal } from '../../auth/principal.js';
import type { Role } from '../../flow/index.js';
import { Problem } from '../../http/problem.js';
import type { Standing } from './tenant-standing.repository.js';

/**
 * In which capacity a caller acts: with a role in the tenant, as `platform` by the permission `platform:admin`, which
 * outranks all roles, or as `reader` by the permission `onboarding:read`.
 */
export type Capacity = Role | 'platform' | 'reader';

/** Undefined for a stranger. Permissions in the token of an organisation count in that organisation's tenant only. */
export function capacityOf(caller: Principal, { role, tenant }: Standing, changes: boolean): Capacity | undefined {
  const reachesTenant = reachesAllTenants(caller) || caller.orgId === tenant.organization_id;
  if (reachesTenant && isOperator(caller)) return 'platform';
  if (role === 'owner' || role === 'admin' || (role && changes)) return role;
  return reachesTenant && caller.permissions.has('onboarding:read') ? 'reader' : role;
}

/** An admin’s reach ends at owners: they neither make one nor touch one. */
export const reaches = (as: Capacity, role: Role): boolean =>
  as === 'platform' || as === 'owner' || (as === 'admin' && role !== 'owner');

/** @throws Problem `forbidden` when a role is out of reach */
export function refuseOutOfReach(as: Capacity, ...roles: readonly Role[]): void {
  if (roles.every((role) => reaches(as, role))) return;
  throw new Problem('forbidden', 'Only an owner may add, change or remove owners; ask one.');
}

import type { Role } from '../../flow/index.js';
import { Problem } from '../../http/problem.js';

/** In which capacity somebody acts: a role in the tenant, or the permission `platform:admin`, which outranks them all. */
export type Capacity = Role | 'platform';

/** An admin’s reach ends at owners: they neither make one nor touch one. */
export const reaches = (as: Capacity, role: Role): boolean =>
  as === 'platform' || as === 'owner' || (as === 'admin' && role !== 'owner');

/** @throws Problem `forbidden` when a role is out of reach */
export function refuseOutOfReach(as: Capacity, ...roles: readonly Role[]): void {
  if (roles.every((role) => reaches(as, role))) return;
  throw new Problem('forbidden', 'Only an owner may add, change or remove owners; ask one.');
}

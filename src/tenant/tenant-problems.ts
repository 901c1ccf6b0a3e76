import { Problem } from '../http/problem.js';

/** The same for a tenant that is not there and for one that is not theirs: a stranger learns nothing. */
export const tenantNotFound = (): Problem => new Problem('tenant_not_found');

/** @param tenants all tenants of the person, so that an owner learns which one they can open again */
export const tenantClosed = (tenants?: readonly unknown[]): Problem =>
  new Problem('tenant_closed', undefined, tenants && { members: { tenants } });

export const personErased = (): Problem => new Problem('person_erased');

export const membershipRemoved = (): Problem => new Problem('membership_removed');

export const memberNotFound = (): Problem => new Problem('member_not_found');

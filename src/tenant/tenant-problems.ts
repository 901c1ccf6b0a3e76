import { Problem } from '../http/problem.js';

/** The same for a tenant that is not there and for one that is not theirs: a stranger learns nothing. */
export const tenantNotFound = (): Problem =>
  new Problem('tenant_not_found', 'The tenant does not exist, or this caller does not belong to it.');

/** @param tenants all tenants of the person, so that an owner learns which one they can open again */
export const tenantClosed = (tenants?: readonly unknown[]): Problem =>
  new Problem(
    'tenant_closed',
    'The tenant is closed. An owner can open it again within its grace period.',
    tenants && { members: { tenants } },
  );

export const personErased = (): Problem =>
  new Problem(
    'person_erased',
    'The data of this person was erased, and this is from before. Forget what this device keeps of them, and sign in again.',
  );

export const membershipRemoved = (): Problem =>
  new Problem(
    'membership_removed',
    'This person was removed from the tenant. Ask one of its owners or admins for a new invitation.',
  );

export const memberNotFound = (): Problem =>
  new Problem(
    'member_not_found',
    'There is no such member. The status "active" brings a removed member back, and so does a new invitation.',
  );

/**
 * The claim that tells floor (a) whose row to read, so that a primary key lookup is all it does. Nobody else looks at it:
 * they find the tenant and prove the membership.
 */
export const TENANT_CLAIM = 'https://bench.foothold.local/tenant_id';

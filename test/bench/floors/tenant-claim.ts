/**
 * The claim that tells the floors whose row to read, so that a primary key lookup is all they do. Foothold does not look
 * at it: it finds the tenant and proves the membership.
 */
export const TENANT_CLAIM = 'https://bench.foothold.local/tenant_id';

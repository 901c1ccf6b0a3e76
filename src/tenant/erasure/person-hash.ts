import { createHmac, type KeyObject } from 'node:crypto';

/** HMAC-SHA256 of a subject: what a tombstone knows a person by. The same in every tenant, so it never leaves the service. */
export const personOf = (key: KeyObject, subject: string): string => hmac(key, `foothold person\n${subject}`);

/** The same person in one tenant. Two tenants cannot tell from these hashes that they erased the same person. */
export const personInTenant = (key: KeyObject, tenantId: string, person: string): string =>
  hmac(key, `foothold person in tenant\n${tenantId}\n${person}`);

const hmac = (key: KeyObject, text: string): string => createHmac('sha256', key).update(text).digest('base64url');

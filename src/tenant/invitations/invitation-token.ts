import { createHash, randomBytes, randomUUID } from 'node:crypto';

/** Tells people, and scanners for leaked secrets, what this is. */
const PREFIX = 'fhi_';
const SECRET_BYTES = 32;
const UUID_BYTES = 16;
/** Tenant, invitation and secret, 64 bytes in base64url. */
const TOKEN = /^fhi_[A-Za-z0-9_-]{86}$/;

/** Where an invitation is, and what proves that one holds its token. */
export interface InvitationKey {
  readonly tenantId: string;
  readonly invitationId: string;
  /** SHA-256 of the token. */
  readonly tokenHash: string;
}

/** A token nobody can guess. It says where it belongs, so that no list of all tokens is needed to find it. */
export function issueToken(tenantId: string): { readonly token: string; readonly key: InvitationKey } {
  const invitationId = randomUUID();
  const bytes = Buffer.concat([bytesOf(tenantId), bytesOf(invitationId), randomBytes(SECRET_BYTES)]);
  const token = PREFIX + bytes.toString('base64url');
  return { token, key: { tenantId, invitationId, tokenHash: hashOf(token) } };
}

/** Undefined for what is no token at all. That there is such an invitation is for the hash to prove. */
export function parseToken(token: string): InvitationKey | undefined {
  if (!TOKEN.test(token)) return undefined;
  const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url');
  return {
    tenantId: uuidOf(bytes.subarray(0, UUID_BYTES)),
    invitationId: uuidOf(bytes.subarray(UUID_BYTES, 2 * UUID_BYTES)),
    tokenHash: hashOf(token),
  };
}

const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');
const uuidOf = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

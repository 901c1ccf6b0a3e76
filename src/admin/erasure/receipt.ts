import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import { personInTenant } from '../../tenant/erasure/person-hash.js';

/** Version 1 had the hash of the subject alone in `person`, which two tenants could compare. */
export const HASH_VERSION = 2;

/** What was erased, without naming the person. */
export interface Receipt {
  /** Of the erasure: every receipt of the same erasure has the same one. */
  readonly id: string;
  /** How `person` and `tombstone` are made. */
  readonly hashVersion: number;
  readonly tenantId: string;
  /** HMAC of tenant and subject. */
  readonly person: string;
  /** The person's hash on the tombstone, encrypted: a restored database that never knew the person needs it. */
  readonly tombstone: string;
  /** What the history that stays calls them. */
  readonly pseudonym: string;
  readonly erasedAt: string;
  readonly issuedAt: string;
  /** Absent where a receipt was made from the tombstone, which does not know whether Auth0 has followed. */
  readonly levels?: {
    readonly database: 'erased' | 'pending';
    readonly auth0: 'erased' | 'pending';
    readonly browser: 'erased_when_next_seen';
  };
}

export interface SignedReceipt {
  readonly receipt: Receipt;
  /** HMAC-SHA256 by ERASURE_KEY over the receipt as JSON, in base64url. */
  readonly signature: string;
}

/** An erasure, as a receipt or a tombstone tells of it. `person` is the hash on the tombstone. */
export interface ErasureFacts {
  readonly tenantId: string;
  readonly person: string;
  readonly pseudonym: string;
  readonly erasedAt: Date;
}

/** Why a receipt cannot be used, in words for the operator. */
export class ReceiptError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ReceiptError';
  }
}

export function issueReceipt(
  key: KeyObject,
  { tenantId, person, pseudonym, erasedAt }: ErasureFacts,
  issuedAt: Date,
  levels?: Receipt['levels'],
): SignedReceipt {
  const id = pseudonym.slice(pseudonym.indexOf('|') + 1);
  const receipt: Receipt = {
    id,
    hashVersion: HASH_VERSION,
    tenantId,
    person: personInTenant(key, tenantId, person),
    tombstone: encrypted(key, id, person),
    pseudonym,
    erasedAt: erasedAt.toISOString(),
    issuedAt: issuedAt.toISOString(),
    ...(levels && { levels }),
  };
  return { receipt, signature: signatureOf(key, receipt) };
}

/** @throws ReceiptError when it is not a whole receipt, or was signed with none of these keys */
export function openReceipt(keys: readonly KeyObject[], signed: unknown): ErasureFacts {
  const { receipt, signature } = (signed ?? {}) as { receipt?: Partial<Receipt>; signature?: unknown };
  const { id, hashVersion = 1, tenantId, person, tombstone, pseudonym, erasedAt, issuedAt } = receipt ?? {};
  if (hashVersion !== 1 && hashVersion !== HASH_VERSION) {
    throw new ReceiptError(
      `this build does not know hash version ${hashVersion}; use the build that issued the receipt`,
    );
  }
  const needed = hashVersion === 1 ? [] : [id, tombstone];
  if (
    ![tenantId, person, pseudonym, erasedAt, issuedAt, signature, ...needed].every((field) => typeof field === 'string')
  ) {
    throw new ReceiptError('a field of the receipt is missing');
  }
  const given = Buffer.from(signature as string);
  const key = keys.find((candidate) => {
    const expected = Buffer.from(signatureOf(candidate, receipt as Receipt));
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
  if (!key) {
    throw new ReceiptError('it was changed, or signed with another key than ERASURE_KEY and ERASURE_KEY_PREVIOUS');
  }
  return {
    tenantId: tenantId as string,
    person: hashVersion === 1 ? (person as string) : decrypted(key, id as string, tombstone as string),
    pseudonym: pseudonym as string,
    erasedAt: new Date(erasedAt as string),
  };
}

/** Of the fields in this order, because whatever keeps logs may have sorted them. */
function signatureOf(key: KeyObject, receipt: Receipt): string {
  const { id, hashVersion, tenantId, person, tombstone, pseudonym, erasedAt, issuedAt, levels } = receipt;
  const { database, auth0, browser } = levels ?? {};
  const ordered = {
    ...{ id, hashVersion, tenantId, person, tombstone, pseudonym, erasedAt, issuedAt },
    ...(levels && { levels: { database, auth0, browser } }),
  };
  return createHmac('sha256', key).update(JSON.stringify(ordered)).digest('base64url');
}

/** The nonce comes from the erasure's id, which belongs to one person: the same text is encrypted each time. */
function cipherOf(key: KeyObject, id: string): [algorithm: 'aes-256-gcm', key: Buffer, nonce: Buffer] {
  const derived = (use: string): Buffer => createHmac('sha256', key).update(`foothold receipt ${use}`).digest();
  return ['aes-256-gcm', derived('key'), derived(`nonce\n${id}`).subarray(0, 12)];
}

function encrypted(key: KeyObject, id: string, person: string): string {
  const cipher = createCipheriv(...cipherOf(key, id));
  const text = Buffer.concat([cipher.update(Buffer.from(person, 'base64url')), cipher.final()]);
  return Buffer.concat([text, cipher.getAuthTag()]).toString('base64url');
}

const TAG_BYTES = 16;

function decrypted(key: KeyObject, id: string, text: string): string {
  const bytes = Buffer.from(text, 'base64url');
  const decipher = createDecipheriv(...cipherOf(key, id));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString('base64url');
}

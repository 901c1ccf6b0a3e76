import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { promisify } from 'node:util';
import { readJsonIfPresent, writePrivateJson } from '../private-file.js';

interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

interface StoredKey {
  readonly kid: string;
  readonly privateKeyPem: string;
}

/** A public key as the JWKS endpoint shows it. */
export interface PublicJwk {
  readonly kty: string;
  readonly use: 'sig';
  readonly alg: 'RS256';
  readonly kid: string;
  readonly n: string;
  readonly e: string;
}

/** The current key and two before it: a rotation must not end sessions whose tokens are a day old at most. */
const KEPT_KEYS = 3;

/** RSA keys that sign tokens, kept in a file so that tokens outlive a restart. */
export class SigningKeys {
  private constructor(
    private readonly file: string,
    private keys: readonly SigningKey[],
  ) {}

  static async open(file: string): Promise<SigningKeys> {
    const stored = (await readJsonIfPresent<StoredKey[]>(file)) ?? [];
    const keys = stored.map(({ kid, privateKeyPem }) => ({ kid, privateKey: createPrivateKey(privateKeyPem) }));
    const opened = new SigningKeys(file, keys);
    if (keys.length === 0) await opened.rotate();
    return opened;
  }

  /** Makes a new key the signing one; older ones still verify. Returns the new key's id. */
  async rotate(): Promise<string> {
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    const kid = randomBytes(16).toString('base64url');
    const keys = [{ kid, privateKey }, ...this.keys].slice(0, KEPT_KEYS);
    await writePrivateJson(
      this.file,
      keys.map((key) => ({ kid: key.kid, privateKeyPem: key.privateKey.export({ type: 'pkcs8', format: 'pem' }) })),
    );
    this.keys = keys;
    return kid;
  }

  publicKeys(): PublicJwk[] {
    return this.keys.map(({ kid, privateKey }) => {
      const { kty, n, e } = createPublicKey(privateKey).export({ format: 'jwk' });
      return { kty: kty as string, use: 'sig', alg: 'RS256', kid, n: n as string, e: e as string };
    });
  }

  /** A signed JWT with these claims. */
  sign(claims: object): string {
    const { kid, privateKey } = this.keys[0] as SigningKey;
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const content = `${part({ alg: 'RS256', typ: 'JWT', kid })}.${part(claims)}`;
    return `${content}.${sign('RSA-SHA256', Buffer.from(content), privateKey).toString('base64url')}`;
  }

  /** The claims of a JWT that one of these keys signed; undefined for any other. Its times are not looked at. */
  verify(token: string): Readonly<Record<string, unknown>> | undefined {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const key = this.keys.find(({ kid }) => kid === jsonPart(header)?.['kid']);
    if (!key) return undefined;
    const content = Buffer.from(`${header}.${payload}`);
    const isOurs = verify('RSA-SHA256', content, createPublicKey(key.privateKey), Buffer.from(signature, 'base64url'));
    return isOurs ? jsonPart(payload) : undefined;
  }
}

function jsonPart(part: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

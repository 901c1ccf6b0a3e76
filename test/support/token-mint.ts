import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { SigningKeys } from '../../src/local/stand-in/signing-keys.js';

const LIFETIME_SECONDS = 3600;

/** For whom the tokens are, and whose they are: the stand-in. */
interface Issuer {
  readonly domain: string;
  readonly audience: string;
}

/** Signs tokens for whomever a test needs, with the keys of the stand-in that has the same data folder. */
export class TokenMint {
  private constructor(private readonly keys: SigningKeys) {}

  /** Before the stand-in starts, or after: whoever comes first makes the keys. */
  static async open(folder: string): Promise<TokenMint> {
    const file = keysFile(folder);
    await mkdir(path.dirname(file), { recursive: true });
    return new TokenMint(await SigningKeys.open(file));
  }

  /** A token as the stand-in signs them; `undefined` removes a claim. */
  sign({ domain, audience }: Issuer, subject: string, claims: Readonly<Record<string, unknown>> = {}): string {
    const now = Math.floor(Date.now() / 1000);
    return this.keys.sign({
      iss: `${domain}/`,
      aud: audience,
      sub: subject,
      iat: now,
      exp: now + LIFETIME_SECONDS,
      permissions: [],
      ...claims,
    });
  }
}

/** Gives a data folder the keys of another: making some takes a quarter of a second. */
export async function copySigningKeys(from: string, to: string): Promise<void> {
  await mkdir(path.dirname(keysFile(to)), { recursive: true });
  await copyFile(keysFile(from), keysFile(to));
}

const keysFile = (folder: string): string => path.join(folder, 'auth0', 'signing-keys.json');

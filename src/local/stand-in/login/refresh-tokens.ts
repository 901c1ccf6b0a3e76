import { createHash, randomBytes } from 'node:crypto';
import { readJsonIfPresent } from '../../private-file.js';
import type { Clock } from '../clock.js';
import { PrivateDocument } from '../private-document.js';
import type { Login } from './login.js';

/** The refresh tokens that follow from one login: each replaces the one before it. */
interface Family {
  readonly id: string;
  readonly login: Login;
  readonly issuedAt: number;
  /** SHA-256 of the only token that is good. */
  readonly current: string;
}

const LIFETIME_SECONDS = 30 * 86_400;

/**
 * Refresh tokens with rotation. One that has been used already tells that it was stolen, from the application or by it:
 * then the whole family ends. Kept in a file, without the tokens themselves.
 */
export class RefreshTokens {
  private readonly families: Map<string, Family>;
  private readonly document: PrivateDocument;

  private constructor(
    file: string,
    private readonly clock: Clock,
    stored: readonly Family[],
  ) {
    this.families = new Map(stored.filter((family) => this.isAlive(family)).map((family) => [family.id, family]));
    this.document = new PrivateDocument(file, () => [...this.families.values()]);
  }

  static async open(file: string, clock: Clock): Promise<RefreshTokens> {
    return new RefreshTokens(file, clock, (await readJsonIfPresent<Family[]>(file)) ?? []);
  }

  /** The first token of a new family. */
  issue(login: Login): Promise<string> {
    return this.put({ id: randomBytes(12).toString('base64url'), login, issuedAt: this.clock.seconds() });
  }

  /** The login that the token follows from, and the token that replaces it. Undefined when it is not good. */
  async rotate(token: string, clientId: string): Promise<{ login: Login; refreshToken: string } | undefined> {
    const family = this.familyOf(token, clientId);
    if (!family) return undefined;
    if (family.current !== digest(token)) {
      await this.end(family);
      return undefined;
    }
    return { login: family.login, refreshToken: await this.put(family) };
  }

  /** Ends the family of a token. An unknown one is nothing to complain about (RFC 7009). */
  async revoke(token: string, clientId: string): Promise<void> {
    const family = this.familyOf(token, clientId);
    if (family) await this.end(family);
  }

  private familyOf(token: string, clientId: string): Family | undefined {
    const family = this.families.get(token.split('.')[1] ?? '');
    return family?.login.clientId === clientId && this.isAlive(family) ? family : undefined;
  }

  private async put(family: Omit<Family, 'current'>): Promise<string> {
    const token = `v1.${family.id}.${randomBytes(32).toString('base64url')}`;
    this.families.set(family.id, { ...family, current: digest(token) });
    await this.document.save();
    return token;
  }

  private async end({ id }: Family): Promise<void> {
    this.families.delete(id);
    await this.document.save();
  }

  private isAlive({ issuedAt }: Family): boolean {
    return issuedAt + LIFETIME_SECONDS > this.clock.seconds();
  }
}

const digest = (token: string): string => createHash('sha256').update(token).digest('base64url');

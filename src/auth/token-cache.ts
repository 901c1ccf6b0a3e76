import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Principal } from './principal.js';
import { SigningKeys } from './signing-keys.js';

const MAX_TOKENS = 20_000;

/**
 * Tokens already verified, by their hash, so that no usable token lies in memory. An entry is valid until the token
 * expires or any signing key comes or goes. Holds what the token says and nothing else, never membership or role.
 */
@Injectable()
export class TokenCache {
  private readonly principals = new LRUCache<string, Principal>({ max: MAX_TOKENS });
  private keysVersion = -1;

  constructor(private readonly keys: SigningKeys) {}

  get(token: string): Principal | undefined {
    this.dropIfKeysChanged();
    const principal = this.principals.get(hashOf(token));
    return principal && principal.expiresAt > Date.now() ? principal : undefined;
  }

  /** @param verifiedUnder version of the keys before the check: a key may have gone while it ran */
  set(token: string, principal: Principal, verifiedUnder: number): void {
    this.dropIfKeysChanged();
    if (verifiedUnder === this.keysVersion) this.principals.set(hashOf(token), principal);
  }

  private dropIfKeysChanged(): void {
    if (this.keysVersion === this.keys.version) return;
    this.principals.clear();
    this.keysVersion = this.keys.version;
  }
}

const hashOf = (token: string): string => hash('sha256', token, 'base64');

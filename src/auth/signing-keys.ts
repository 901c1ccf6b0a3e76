import type { KeyObject } from 'node:crypto';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { IssuerKeySet, type KeySetState } from './issuer-key-set.js';
import { TokenClock } from './token-clock.js';
import { claimedKeyOf } from './unverified-token.js';

/** The signing keys of all accepted issuers: the canonical domain and each custom domain publish a set. */
@Injectable()
export class SigningKeys implements OnModuleInit, OnModuleDestroy {
  private readonly issuers: readonly string[];
  private readonly sets: ReadonlyMap<string, IssuerKeySet>;
  private changes = 0;

  constructor(@Inject(CONFIG) { auth0 }: Config, clock: TokenClock) {
    this.issuers = auth0.issuers;
    const setOf = (issuer: string) => new IssuerKeySet(issuer, () => this.changes++, clock);
    this.sets = new Map(auth0.issuers.map((issuer) => [issuer, setOf(issuer)]));
  }

  /** Grows with every key that comes or goes; what was verified under a lower version must be verified again. */
  get version(): number {
    return this.changes;
  }

  /** Does not wait for the first fetch: the service also starts while the key endpoint is down. */
  onModuleInit(): void {
    for (const set of this.sets.values()) set.start();
  }

  onModuleDestroy(): void {
    for (const set of this.sets.values()) set.stop();
  }

  /**
   * The key that must have signed this token. Never fetches for a foreign issuer.
   * @throws Problem `unauthenticated` if the token cannot be good, `keys_unavailable` if that cannot be known now
   */
  async keyOf(token: string): Promise<KeyObject> {
    const { issuer, kid } = claimedKeyOf(token, this.issuers);
    return this.sets.get(issuer)!.keyFor(kid);
  }

  /** Fetches all sets now. Never rejects: see `state`. */
  async refresh(): Promise<void> {
    await Promise.all([...this.sets.values()].map((set) => set.refresh()));
  }

  state(): KeySetState[] {
    return [...this.sets.values()].map((set) => set.state());
  }
}

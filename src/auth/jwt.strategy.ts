import type { KeyObject } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import { CONFIG, type Config } from '../config/config.js';
import { bearerToken } from './bearer-token.js';
import { CLOCK_TOLERANCE_SECONDS, principalOf, type Principal } from './principal.js';
import { SigningKeys } from './signing-keys.js';
import { TokenClock } from './token-clock.js';
import { ALGORITHM } from './unverified-token.js';

type KeyCallback = (error: unknown, key?: Buffer) => void;

/** passport-jwt hands the key on to jsonwebtoken, which takes a `KeyObject`; only passport-jwt's types do not say so. */
const asDeclared = (key: KeyObject) => key as unknown as Buffer;

/** Verifies access tokens: signature, issuer, audience and times by passport-jwt, the other claims by `principalOf`. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  private readonly maxLifetimeMs: number;

  constructor(
    @Inject(CONFIG) { auth0 }: Config,
    keys: SigningKeys,
    private readonly clock: TokenClock,
  ) {
    super({
      jwtFromRequest: bearerToken,
      secretOrKeyProvider: (_request: unknown, token: string, done: KeyCallback) => {
        // The catch comes last: a throw inside `done` would otherwise be an unhandled rejection and end the process.
        void keys
          .keyOf(token)
          .then((key) => done(null, asDeclared(key)))
          .catch(done);
      },
      algorithms: [ALGORITHM],
      issuer: [...auth0.issuers],
      audience: auth0.audience,
      jsonWebTokenOptions: { clockTolerance: CLOCK_TOLERANCE_SECONDS },
    });
    this.maxLifetimeMs = auth0.maxTokenLifetimeMs;
  }

  validate(claims: Record<string, unknown>): Principal {
    this.clock.observeIssue(claims['iat']);
    return principalOf(claims, this.maxLifetimeMs);
  }
}

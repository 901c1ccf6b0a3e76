import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import passport from 'passport';
import { bearerToken } from './bearer-token.js';
import type { RequestWithCaller } from './caller.decorator.js';
import type { Principal } from './principal.js';
import { SigningKeys } from './signing-keys.js';
import { TokenCache } from './token-cache.js';
import { tokenProblem } from './token-problem.js';

type Request = FastifyRequest & RequestWithCaller;
type Authenticate = (request: Request, reply: unknown, next: (error: unknown) => void) => void;

/** Finds out who sends a request, from its headers alone, and leaves it in `request.user`. */
@Injectable()
export class Authentication {
  constructor(
    private readonly tokens: TokenCache,
    private readonly keys: SigningKeys,
  ) {}

  /**
   * The verified caller. A token seen before is accepted at once, without passport; only another one needs a promise.
   * @throws Problem `unauthenticated` if the token is missing or refused, `keys_unavailable` if that cannot be known now
   */
  callerOf(request: Request): Principal | Promise<Principal> {
    const token = bearerToken(request);
    const caller = this.tokens.get(token);
    return caller ? (request.user = caller) : this.verify(request, token);
  }

  private async verify(request: Request, token: string): Promise<Principal> {
    const keysVersion = this.keys.version;
    const caller = await verifiedBy(request);
    this.tokens.set(token, caller, keysVersion);
    return (request.user = caller);
  }
}

const verifiedBy = (request: Request): Promise<Principal> =>
  new Promise((resolve, reject) => {
    const decide = (error: Error | null, caller: Principal | false, info: unknown): void => {
      if (error) reject(error);
      else if (caller) resolve(caller);
      else reject(tokenProblem(info));
    };
    const authenticate = passport.authenticate('jwt', { session: false }, decide) as Authenticate;
    // Passport would end the response only if there were no callback.
    authenticate(request, {}, reject);
  });

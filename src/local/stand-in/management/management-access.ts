import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.js';
import { issuerOf, managementAudienceOf } from '../issuer.js';
import type { SigningKeys } from '../signing-keys.js';
import { managementError } from './management-error.js';
import type { RateLimit } from './rate-limit.js';
import type { RateGroup } from './rate-plan.js';

/** Lets a call to the Management API in: first who calls, then whether the plan's limit allows it, then what for. */
export class ManagementAccess {
  constructor(
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
    private readonly rateLimit: RateLimit,
  ) {}

  /**
   * Takes one token of the plan's bucket and puts its state into the answer's headers.
   * @throws Auth0Error 400 or 401 for a bad token, 429 beyond the limit, 403 when the token has none of these scopes
   */
  admit(request: FastifyRequest, reply: FastifyReply, group: RateGroup, scopes: readonly string[]): void {
    const granted = this.grantedScopes(request);
    const { allowed, limit, remaining, nextTokenMs } = this.rateLimit.take(group);
    void reply.headers({
      'x-ratelimit-limit': limit,
      'x-ratelimit-remaining': remaining,
      'x-ratelimit-reset': Math.ceil((this.clock.now() + nextTokenMs) / 1000),
    });
    if (!allowed) throw managementError(429, 'Global limit has been reached', 'too_many_requests');
    if (!scopes.some((scope) => granted.includes(scope))) {
      throw managementError(403, `Insufficient scope, expected any of: ${scopes.join(',')}`, 'insufficient_scope');
    }
  }

  private grantedScopes(request: FastifyRequest): readonly string[] {
    const { authorization } = request.headers;
    if (!authorization) throw managementError(401, 'Missing authentication');
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
    if (!token) throw managementError(400, 'Bad HTTP authentication header format', 'Bearer');
    const claims = this.keys.verify(token);
    if (!claims) throw managementError(401, 'Invalid signature received for JSON Web Token validation');
    if (Number(claims['exp']) <= this.clock.seconds()) {
      throw managementError(401, 'Expired token received for JSON Web Token validation');
    }
    const audience = managementAudienceOf(request);
    if (claims['aud'] !== audience) throw managementError(401, `Bad audience: ${String(claims['aud'])}`);
    // Auth0: a token works at the domain that it was asked from, and at no other.
    if (claims['iss'] !== issuerOf(request)) throw managementError(401, `Bad issuer: ${String(claims['iss'])}`);
    return (claims['scope'] as string).split(' ');
  }
}

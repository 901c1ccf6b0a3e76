import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { RequestWithCaller } from '../auth/caller.decorator.js';
import { CONFIG, type Config } from '../config/config.js';
import { Problem, retryAfter } from './problem.js';
import { RequestRate } from './request-rate.js';

/** Limits the requests of each subject, in this process. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  private readonly rate: RequestRate;

  constructor(@Inject(CONFIG) config: Config) {
    this.rate = new RequestRate(config.http.rateLimit);
  }

  canActivate(context: ExecutionContext): boolean {
    const { user } = context.switchToHttp().getRequest<RequestWithCaller>();
    if (!user) return true;
    // A support tool must not use up the share of the person whose token it acts with.
    const seconds = this.rate.take(user.impersonator ?? user.subject);
    if (seconds === 0) return true;
    const detail = `The caller sends too many requests; try again in ${seconds} s.`;
    throw new Problem('rate_limited', detail, retryAfter(seconds));
  }
}

import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { RequestWithCaller } from '../auth/caller.decorator.js';
import { CONFIG, type Config } from '../config/config.js';
import { Problem, retryAfter } from './problem.js';

const REMEMBERED_SUBJECTS = 50_000;

/**
 * Per subject and process: `burst` requests at once, `perSecond` kept up (GCRA, https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm).
 * One number per subject says when its bucket will be full again. Rejected: @nestjs/throttler, whose window lets twice the
 * burst through at its edge and which keeps a timer for every request.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  private readonly fullAgainAt = new LRUCache<string, number>({ max: REMEMBERED_SUBJECTS });
  private readonly intervalMs: number;
  private readonly burstMs: number;

  constructor(@Inject(CONFIG) config: Config) {
    const { burst, perSecond } = config.http.rateLimit;
    this.intervalMs = 1000 / perSecond;
    this.burstMs = burst * this.intervalMs;
  }

  canActivate(context: ExecutionContext): boolean {
    const { user } = context.switchToHttp().getRequest<RequestWithCaller>();
    if (!user) return true;
    // A support tool must not use up the share of the person whose token it acts with.
    const caller = user.impersonator ?? user.subject;
    const now = performance.now();
    // Not from the sum with `now`: its rounding would refuse the last request of a burst now and then.
    const takenMs = Math.max((this.fullAgainAt.get(caller) ?? 0) - now, 0) + this.intervalMs;
    const waitMs = takenMs - this.burstMs;
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      const detail = `The caller sends too many requests; try again in ${seconds} s.`;
      throw new Problem('rate_limited', detail, retryAfter(seconds));
    }
    this.fullAgainAt.set(caller, now + takenMs);
    return true;
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { stepKeyOf, type Flow } from '../flow/index.js';
import { Problem, retryAfter } from '../http/problem.js';
import { RequestRate } from '../http/request-rate.js';
import type { TransitionRequest } from './transition-request.js';

/** Of the limits for all requests of a caller: by default 20 at once, and one in 2 s. */
const SHARE = { burst: 1 / 5, perSecond: 1 / 40 } as const;

/** Whose part of a flow is changed; without a subject, the one that the tenant shares. */
interface ChangedPart {
  readonly tenantId?: string | undefined;
  readonly subject?: string | undefined;
}

/**
 * How often one caller may save or reopen one step of one user, or restore one part, in this process. Every other
 * transition moves the step on, and so ends by itself. Each of these is one more entry of a history that is kept for ever,
 * and that every export and erasure reads.
 */
@Injectable()
export class RepeatedChanges {
  private readonly rate: RequestRate;

  constructor(@Inject(CONFIG) { http: { rateLimit } }: Config) {
    this.rate = new RequestRate({
      burst: Math.max(1, rateLimit.burst * SHARE.burst),
      perSecond: rateLimit.perSecond * SHARE.perSecond,
    });
  }

  /**
   * @param by who changes it: an admin does not use up the share of the user
   * @throws Problem `rate_limited`
   */
  admit(by: string, part: ChangedPart, flow: Flow, { step, action }: TransitionRequest): void {
    if (action !== 'save' && action !== 'reopen') return;
    const key = stepKeyOf(flow, step) ?? step;
    this.take([by, part.tenantId, part.subject, flow.key, key], `The step ${key}`);
  }

  /** @throws Problem `rate_limited` */
  admitRestore(by: string, part: ChangedPart, flow: Flow): void {
    this.take([by, part.tenantId, part.subject, flow.key], `This part of the flow ${flow.key}`);
  }

  private take(key: readonly (string | undefined)[], what: string): void {
    const seconds = this.rate.take(key.join(' '));
    if (seconds === 0) return;
    const detail = `${what} is changed too often by this caller; try again in ${seconds} s.`;
    throw new Problem('rate_limited', detail, retryAfter(seconds));
  }
}

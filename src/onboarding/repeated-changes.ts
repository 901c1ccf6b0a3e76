import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { stepKeyOf, type Flow } from '../flow/index.js';
import { Problem, retryAfter } from '../http/problem.js';
import { RequestRate } from '../http/request-rate.js';
import type { PersonInTenant } from '../tenant/tenant-selector.js';
import type { TransitionRequest } from './transition-request.js';

/** Of the limits for all requests of a caller: by default 20 at once, and one in 2 s. */
const SHARE = { burst: 1 / 5, perSecond: 1 / 40 } as const;

/**
 * How often one user may save or reopen one step, in this process. Every other transition moves the step on, and so ends
 * by itself. Each of these is one more entry of a history that is kept for ever, and that every export and erasure reads.
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

  /** @throws Problem `rate_limited` */
  admit(
    { subject, tenantId = '' }: Pick<PersonInTenant, 'subject' | 'tenantId'>,
    flow: Flow,
    { step, action }: TransitionRequest,
  ): void {
    if (action !== 'save' && action !== 'reopen') return;
    const key = stepKeyOf(flow, step) ?? step;
    const seconds = this.rate.take(`${subject} ${tenantId} ${flow.key} ${key}`);
    if (seconds === 0) return;
    const detail = `The step ${key} is changed too often by this user; try again in ${seconds} s.`;
    throw new Problem('rate_limited', detail, retryAfter(seconds));
  }
}

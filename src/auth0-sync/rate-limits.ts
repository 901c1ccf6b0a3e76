import type { RatePlan } from '../config/rate-plan.js';

/** Whether a call reads or writes people: some plans count them apart. */
export type CallKind = 'read' | 'write';

/** What Auth0 lets through: `burst` calls at once, `perSecond` kept up. */
export interface RateLimit {
  /** Calls of both kinds share a bucket of the same name. */
  readonly bucket: string;
  readonly burst: number;
  readonly perSecond: number;
}

type RateLimits = Readonly<Record<CallKind, RateLimit>>;

const shared = (burst: number, perSecond: number): RateLimits => {
  const limit = { bucket: 'users', burst, perSecond };
  return { read: limit, write: limit };
};

const SELF_SERVICE: RateLimits = {
  read: { bucket: 'read_users', burst: 40, perSecond: 500 / 60 },
  write: { bucket: 'write_users', burst: 20, perSecond: 200 / 60 },
};

/** Of the Management API, per tenant of Auth0 (https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy). */
export const RATE_LIMITS: Readonly<Record<RatePlan, RateLimits>> = {
  free: shared(2, 2),
  essentials: SELF_SERVICE,
  professional: SELF_SERVICE,
  enterprise: shared(50, 16),
  'enterprise-non-production': shared(10, 2),
};

/**
 * The Auth0 plans, by their limits for the Management API. On an enterprise plan a tenant that is not tagged as
 * production has lower limits.
 */
export const RATE_PLANS = ['free', 'essentials', 'professional', 'enterprise', 'enterprise-non-production'] as const;

export type RatePlan = (typeof RATE_PLANS)[number];

import type { DegradedReason, OnboardingError } from './client.types.js';

/** What a service's refusal tells beside its code (RFC 9457). */
export type Problem = Readonly<Record<string, unknown>>;

/** Why the service's answer could not be had. `code` as in {@link OnboardingError}. */
export class OnboardingFailure extends Error implements OnboardingError {
  constructor(
    readonly code: string,
    message: string,
    /** What is down; null when nothing is, and this is the answer. */
    readonly reason: Exclude<DegradedReason, 'storage'> | null = null,
    /** 0: the service did not say. */
    readonly retryAfterMs = 0,
    readonly problem: Problem = {},
  ) {
    super(message);
    this.name = 'OnboardingFailure';
  }

  /** It may go by itself: it is asked again. */
  get isPassing(): boolean {
    return this.reason === 'offline' || this.reason === 'backend';
  }
}

export const contractError = (): OnboardingFailure =>
  new OnboardingFailure('contract_error', 'The answer is not what the service promises; it was not used.', 'backend');

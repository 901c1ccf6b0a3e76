import type { OnboardingError } from './client.types.js';

/** Why the service's answer could not be had. `code` as in {@link OnboardingError}. */
export class OnboardingFailure extends Error implements OnboardingError {
  constructor(
    readonly code: string,
    message: string,
    /** It may go by itself: it is asked again. */
    readonly isPassing = false,
    /** 0: the service did not say. */
    readonly retryAfterMs = 0,
  ) {
    super(message);
    this.name = 'OnboardingFailure';
  }
}

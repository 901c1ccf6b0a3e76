import type { OnboardingError } from './client.types.js';

/** Why the service's answer could not be had. `code` as in {@link OnboardingError}. */
export class OnboardingFailure extends Error implements OnboardingError {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'OnboardingFailure';
  }
}

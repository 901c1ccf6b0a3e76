import type { Flow } from '../flow/index.js';
import type { PersonInTenant } from '../tenant/tenant-selector.js';
import type { OnboardingView } from './onboarding-view.js';

/**
 * What can be told of a person's progress while the database does not answer. A port: whoever keeps such a summary binds
 * an implementation to it in the application's module, and this folder never knows who that is.
 */
export abstract class ProgressFallback {
  /**
   * The view as it was last known, marked as degraded.
   * @param outage why the database could not be asked; thrown, or told of as cause, when nothing is known here either
   */
  abstract view(person: PersonInTenant, flow: Flow, outage: Error): Promise<OnboardingView>;
}

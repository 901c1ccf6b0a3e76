import type { OnboardingFlow } from '../core/index.js';
import type { Onboarding } from './onboarding.js';
import { onboardingQueryOptions } from './onboardingQueryOptions.js';
import { useOnboarding } from './useOnboarding.js';
import { useStep, type OnboardingStepHandle } from './useStep.js';
import { useSuspenseOnboarding, type KnownOnboarding } from './useSuspenseOnboarding.js';

/** The hooks of one flow. */
export interface BoundOnboarding<StepKey extends string> {
  readonly flow: OnboardingFlow<StepKey>;
  readonly useOnboarding: () => Onboarding<StepKey>;
  readonly useStep: (key: StepKey) => OnboardingStepHandle<StepKey>;
  readonly useSuspenseOnboarding: () => KnownOnboarding<StepKey>;
  readonly queryOptions: (
    ...client: Parameters<typeof onboardingQueryOptions> extends [unknown, ...infer Rest] ? Rest : never
  ) => ReturnType<typeof onboardingQueryOptions>;
}

/**
 * Hooks that know their flow.
 *
 * ```ts
 * export const { useOnboarding: useTour, useStep: useTourStep } = createOnboarding(tour);
 * ```
 */
export function createOnboarding<StepKey extends string>(flow: OnboardingFlow<StepKey>): BoundOnboarding<StepKey> {
  return {
    flow,
    useOnboarding: () => useOnboarding(flow),
    useStep: (key) => useStep(flow, key),
    useSuspenseOnboarding: () => useSuspenseOnboarding(flow),
    queryOptions: (...client) => onboardingQueryOptions(flow, ...client),
  };
}

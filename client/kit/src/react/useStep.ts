import { useMemo } from 'react';
import type { Action, ActionResult, JsonObject, OnboardingFlow, OnboardingStep } from '../core/index.js';
import { useOnboarding } from './useOnboarding.js';

/** One step, and the moves on it. */
export interface OnboardingStepHandle<StepKey extends string> {
  /** Undefined while nothing is known. */
  readonly step: OnboardingStep<StepKey> | undefined;
  /** It is the step to do next. */
  readonly isCurrent: boolean;
  readonly can: (action: Action) => boolean;
  readonly start: () => Promise<ActionResult>;
  readonly save: (data: JsonObject) => Promise<ActionResult>;
  readonly complete: (data?: JsonObject) => Promise<ActionResult>;
  readonly skip: () => Promise<ActionResult>;
  readonly reopen: () => Promise<ActionResult>;
}

/**
 * One step of a flow, for the form that fills it.
 *
 * ```tsx
 * const { step, save } = useStep(tour, 'profile');
 * if (!step) return <Spinner />;
 * const name = String(step.data.displayName ?? '');
 * return <input defaultValue={name} onBlur={(event) => save({ displayName: event.target.value })} />;
 * ```
 */
export function useStep<StepKey extends string>(
  flow: OnboardingFlow<StepKey>,
  key: NoInfer<StepKey>,
): OnboardingStepHandle<StepKey> {
  const { steps, currentStep, can, start, save, complete, skip, reopen } = useOnboarding(flow);
  const actions = useMemo(
    () => ({
      start: () => start(key),
      save: (data: JsonObject) => save(key, data),
      complete: (data?: JsonObject) => complete(key, data),
      skip: () => skip(key),
      reopen: () => reopen(key),
    }),
    [key, start, save, complete, skip, reopen],
  );
  return {
    step: steps.find((step) => step.key === key),
    isCurrent: currentStep === key,
    can: (action) => can(action, key),
    ...actions,
  };
}

import type { Action, JsonObject, OnboardingStep } from '../core/index.js';
import type { Onboarding } from '../react/onboarding.js';

/** One step as a list shows it, with what its buttons need. */
export interface StepItem<StepKey extends string> {
  readonly step: OnboardingStep<StepKey>;
  /** From 1, among the steps that apply. */
  readonly position: number;
  readonly total: number;
  /** The step to do next. */
  readonly isCurrent: boolean;
  /** It waits for other steps, which `step.blockedBy` names. */
  readonly isBlocked: boolean;
  /**
   * For a `<button>` that moves this step. A move that would be refused is `aria-disabled` and does nothing: the button
   * keeps its place for the keyboard and is still read out.
   *
   * ```tsx
   * <button {...item.buttonProps('complete')}>Done</button>
   * ```
   */
  readonly buttonProps: (action: Action, data?: JsonObject) => StepButtonProps;
}

export interface StepButtonProps {
  readonly type: 'button';
  readonly 'aria-disabled': true | undefined;
  readonly onClick: () => void;
}

/** The steps that apply to this person, in order. */
export function stepItems<StepKey extends string>(onboarding: Onboarding<StepKey>): StepItem<StepKey>[] {
  const applicable = onboarding.steps.filter(({ status }) => status !== 'not_applicable');
  return applicable.map((step, index) => ({
    step,
    position: index + 1,
    total: applicable.length,
    isCurrent: step.key === onboarding.currentStep,
    isBlocked: step.blockedBy.length > 0,
    buttonProps: (action, data) => buttonProps(onboarding, step.key, action, data),
  }));
}

function buttonProps<StepKey extends string>(
  onboarding: Onboarding<StepKey>,
  step: StepKey,
  action: Action,
  data: JsonObject | undefined,
): StepButtonProps {
  const isLegal = onboarding.can(action, step);
  const move = (): Promise<unknown> => {
    switch (action) {
      case 'save':
        return onboarding.save(step, data ?? {});
      case 'complete':
        return onboarding.complete(step, data);
      default:
        return onboarding[action](step);
    }
  };
  return {
    type: 'button',
    'aria-disabled': isLegal ? undefined : true,
    onClick: () => {
      if (isLegal) void move();
    },
  };
}

/** What a list shows of a step unless it is told otherwise. */
export const titleOf = ({ step }: StepItem<string>): string => step.title;

/** What styles and screen readers tell one step from another by. */
export const stepAttributes = ({ step, isCurrent, isBlocked }: StepItem<string>) => ({
  'aria-current': isCurrent ? ('step' as const) : undefined,
  'data-step': step.key,
  'data-status': step.status,
  'data-blocked': isBlocked || undefined,
  'data-pending': step.isPending || undefined,
});

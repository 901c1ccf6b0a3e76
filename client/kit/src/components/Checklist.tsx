import type { ReactElement, ReactNode } from 'react';
import type { OnboardingFlow } from '../core/index.js';
import { useOnboarding } from '../react/useOnboarding.js';
import { stepAttributes, stepItems, titleOf, type StepItem } from './step-item.js';

export interface ChecklistProps<StepKey extends string> {
  readonly flow: OnboardingFlow<StepKey>;
  /** Names the list for screen readers, such as "Get started". */
  readonly label: string;
  /** What one step shows. Default: its title. */
  readonly children?: (item: StepItem<StepKey>) => ReactNode;
  readonly className?: string;
}

/**
 * All steps that apply, as an ordered list. Without styles: each item has `data-status` and, where it is so,
 * `data-blocked` and `data-pending`; the step to do next has `aria-current="step"`.
 *
 * ```tsx
 * <Checklist flow={tour} label="Get started">
 *   {({ step, buttonProps }) => <>{step.title} <button {...buttonProps('complete')}>Done</button></>}
 * </Checklist>
 * ```
 *
 * Shows nothing while nothing is known.
 */
export function Checklist<StepKey extends string>(props: ChecklistProps<StepKey>): ReactElement | null {
  const { flow, label, className, children = titleOf } = props;
  const onboarding = useOnboarding(flow);
  if (onboarding.status === 'unknown') return null;
  return (
    <ol aria-label={label} className={className} data-status={onboarding.status}>
      {stepItems(onboarding).map((item) => (
        <li key={item.step.key} {...stepAttributes(item)}>
          {children(item)}
        </li>
      ))}
    </ol>
  );
}

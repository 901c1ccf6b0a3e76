import type { ReactElement, ReactNode } from 'react';
import type { OnboardingFlow } from '../core/index.js';
import { useOnboarding } from '../react/useOnboarding.js';
import { stepAttributes, stepItems, titleOf, type StepItem } from './step-item.js';
import { useIsLoaded } from './useIsLoaded.js';

export interface StepperProps<StepKey extends string> {
  readonly flow: OnboardingFlow<StepKey>;
  /** Names the list for screen readers, such as "Progress". */
  readonly label: string;
  /** The form of the step to do next; null when there is none: all is done, or somebody else has to move. */
  readonly children: (current: StepItem<StepKey> | null) => ReactNode;
  /** What the list shows of one step. Default: its title. */
  readonly marker?: (item: StepItem<StepKey>) => ReactNode;
  /** What is read out when the step to do next changes. Default: "Step 2 of 5: Choose a plan". */
  readonly announce?: (current: StepItem<StepKey> | null) => string;
  readonly className?: string;
}

/**
 * One step at a time: an ordered list of markers, and the form of the step to do next. Without styles.
 *
 * ```tsx
 * <Stepper flow={tour} label="Progress">
 *   {(current) => (current?.step.key === 'profile' ? <ProfileForm /> : <AllDone />)}
 * </Stepper>
 * ```
 *
 * Shows nothing while nothing is known.
 */
export function Stepper<StepKey extends string>(props: StepperProps<StepKey>): ReactElement | null {
  const { flow, label, className, children, marker = titleOf, announce = position } = props;
  const onboarding = useOnboarding(flow);
  const isLoaded = useIsLoaded(onboarding.status);
  if (onboarding.status === 'unknown') return null;
  const items = stepItems(onboarding);
  const current = items.find(({ isCurrent }) => isCurrent) ?? null;
  return (
    <div className={className} data-status={onboarding.status}>
      <ol aria-label={label}>
        {items.map((item) => (
          <li key={item.step.key} {...stepAttributes(item)}>
            {marker(item)}
          </li>
        ))}
      </ol>
      <p aria-live={isLoaded ? 'polite' : 'off'} data-part="announcement">
        {announce(current)}
      </p>
      {children(current)}
    </div>
  );
}

const position = (current: StepItem<string> | null): string =>
  current ? `Step ${current.position} of ${current.total}: ${current.step.title}` : 'Nothing to do';

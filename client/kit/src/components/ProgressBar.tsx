import type { ReactElement, ReactNode } from 'react';
import type { OnboardingFlow, OnboardingSnapshot } from '../core/index.js';
import { useOnboarding } from '../react/useOnboarding.js';

type Progress = OnboardingSnapshot['progress'];

export interface ProgressBarProps {
  readonly flow: OnboardingFlow;
  /** Names the bar for screen readers, such as "Onboarding". */
  readonly label: string;
  /** What is inside the bar; null while nothing is known. Default: nothing. */
  readonly children?: (progress: Progress) => ReactNode;
  /** The progress in words. Default: "2 of 5 steps". */
  readonly valueText?: (progress: NonNullable<Progress>) => string;
  readonly className?: string;
}

/**
 * How much is done, as a `progressbar`. Without styles. While nothing is known it has no value, which is read out as
 * busy and not as zero.
 *
 * ```tsx
 * <ProgressBar flow={tour} label="Onboarding">
 *   {(progress) => <span style={{ width: `${progress?.percent ?? 0}%` }} />}
 * </ProgressBar>
 * ```
 */
export function ProgressBar(props: ProgressBarProps): ReactElement {
  const { flow, label, className, children, valueText = stepsDone } = props;
  const { status, progress } = useOnboarding(flow);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={progress?.total}
      aria-valuenow={progress?.done}
      aria-valuetext={progress ? valueText(progress) : undefined}
      className={className}
      data-status={status}
    >
      {children?.(progress)}
    </div>
  );
}

const stepsDone = ({ done, total }: NonNullable<Progress>): string => `${done} of ${total} steps`;

import { useOnboarding, type OnboardingFlow, type RejectedOperation } from '@foothold/react';
import type { ReactElement } from 'react';
import { Problem } from './Problem.js';

/** What was done and did not count, each refusal once, until it is dismissed. */
export function Refusals<Step extends string>({ flow }: { readonly flow: OnboardingFlow<Step> }): ReactElement {
  const { rejected, steps, dismiss } = useOnboarding(flow);
  const isFirst = (one: RejectedOperation): boolean => rejected.find((other) => isSame(one, other))?.id === one.id;
  return (
    <>
      {rejected.filter(isFirst).map((refused) => (
        <Problem
          key={refused.id}
          title={`This was not saved: ${steps.find(({ key }) => key === refused.step)?.title ?? refused.step}`}
          dismiss={() => rejected.filter((other) => isSame(refused, other)).forEach(({ id }) => dismiss(id))}
        >
          {REASONS[refused.code] ?? refused.detail ?? refused.code}
        </Problem>
      ))}
    </>
  );
}

/** A step that was saved and completed is refused twice, for one reason. */
const isSame = (one: RejectedOperation, other: RejectedOperation): boolean =>
  one.step === other.step && one.code === other.code;

const REASONS: Readonly<Record<string, string>> = {
  step_blocked: 'What comes before it was taken back meanwhile. Please do that first, then try again.',
  step_resolved: 'It was done before, with other answers. Those are shown, and they stay.',
  expired: 'It waited in this browser for too long. Please do it again.',
};

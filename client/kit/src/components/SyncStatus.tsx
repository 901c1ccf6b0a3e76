import type { ReactElement, ReactNode } from 'react';
import type { OnboardingFlow, OnboardingSnapshot } from '../core/index.js';
import type { Onboarding } from '../react/onboarding.js';
import { useOnboarding } from '../react/useOnboarding.js';
import { useIsLoaded } from './useIsLoaded.js';

/** Whether the person's clicks are safe, in the order of what they should know first. */
export type SyncState =
  /** A click did not count; `rejected` says which and why. */
  | 'rejected'
  /** Clicks wait until the person has logged in again. */
  | 'signed_out'
  /** There is no network. What is clicked is kept and sent later. */
  | 'offline'
  /** The service does not answer, or answers from its mirror. What is clicked is kept and sent later. */
  | 'degraded'
  /** This browser keeps nothing: what is clicked is sent, and lost if the page closes before. */
  | 'not_kept'
  /** Clicks are on their way. */
  | 'saving'
  /** Steps that were confirmed as done are open again; `lostSteps` says which. */
  | 'lost'
  /** The service was not heard yet. */
  | 'loading'
  /** All that was clicked is confirmed. */
  | 'saved';

export interface SyncStatusProps<StepKey extends string> {
  readonly flow: OnboardingFlow<StepKey>;
  /** What is shown. Default: one short English sentence. */
  readonly children?: (state: SyncState, onboarding: Onboarding<StepKey>) => ReactNode;
  readonly className?: string;
}

/**
 * Tells whether what was clicked is safe. Without styles: `data-status` has the {@link SyncState}. Changes are read out
 * politely; what is there when the page has loaded is not.
 *
 * ```tsx
 * <SyncStatus flow={tour}>{(state, { pendingWrites }) => `${state}: ${pendingWrites} waiting`}</SyncStatus>
 * ```
 */
export function SyncStatus<StepKey extends string>(props: SyncStatusProps<StepKey>): ReactElement {
  const { flow, className, children = sentence } = props;
  const onboarding = useOnboarding(flow);
  const isLoaded = useIsLoaded(onboarding.status);
  const state = syncStateOf(onboarding);
  return (
    <div role="status" aria-live={isLoaded ? 'polite' : 'off'} className={className} data-status={state}>
      {children(state, onboarding)}
    </div>
  );
}

function syncStateOf(snapshot: OnboardingSnapshot): SyncState {
  const { status, degradedReason, isDegraded, pendingWrites, rejected, lostSteps } = snapshot;
  if (rejected.length > 0) return 'rejected';
  if (degradedReason === 'auth') return 'signed_out';
  if (degradedReason === 'offline') return 'offline';
  if (degradedReason === 'storage') return pendingWrites > 0 ? 'saving' : 'not_kept';
  if (degradedReason === 'backend') return 'degraded';
  if (pendingWrites > 0) return 'saving';
  if (lostSteps.length > 0) return 'lost';
  // A token or a server's page tells what the mirror has, before the service was asked.
  return status === 'unknown' || isDegraded ? 'loading' : 'saved';
}

function sentence(state: SyncState, { pendingWrites, rejected, lostSteps }: OnboardingSnapshot): string {
  const changes = `${pendingWrites} ${pendingWrites === 1 ? 'change' : 'changes'}`;
  const kept = pendingWrites > 0 ? `: ${changes} will be sent later` : '';
  switch (state) {
    case 'rejected':
      return `Not saved: ${rejected.map(({ step, code }) => `${step} (${code})`).join(', ')}`;
    case 'signed_out':
      return `Log in again to save${kept}`;
    case 'offline':
      return `Offline${kept}`;
    case 'degraded':
      return `The service does not answer${kept}`;
    case 'not_kept':
      return 'This browser keeps nothing; leave the page open until changes are saved';
    case 'saving':
      return `Saving ${changes}`;
    case 'lost':
      return `Lost, to do again: ${lostSteps.join(', ')}`;
    case 'loading':
      return 'Loading';
    case 'saved':
      return 'Saved';
  }
}

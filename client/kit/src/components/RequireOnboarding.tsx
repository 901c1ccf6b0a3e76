import type { ReactElement, ReactNode } from 'react';
import { gateDecision, type OnboardingFlow } from '../core/index.js';
import { useOnboardingClient } from '../react/client-context.js';
import { useOnboarding } from '../react/useOnboarding.js';

export interface RequireOnboardingProps {
  readonly flow: OnboardingFlow;
  /** For people whose onboarding is complete. */
  readonly children: ReactNode;
  /** While the service has not answered yet, and nothing better is known. Default: nothing. */
  readonly fallback?: ReactNode;
  /** When nobody can say: the service and the mirror are down, and this browser never heard of a completion. */
  readonly onUnknown?: ReactNode;
  /** For people whose onboarding the service says is not complete: the wizard, or a redirect to it. */
  readonly otherwise?: ReactNode;
}

/**
 * Shows the application to people who are done, and the wizard to those who are not; never the wrong one of the two,
 * not for a frame. A completion that the database once confirmed opens at once; everything else waits for the service.
 *
 * ```tsx
 * <RequireOnboarding flow={tour} fallback={<Spinner />} onUnknown={<TryAgain />} otherwise={<Navigate to="/tour" />}>
 *   <Dashboard />
 * </RequireOnboarding>
 * ```
 *
 * The gate is for the eye. What only members who are done may do, the backend must check.
 */
export function RequireOnboarding(props: RequireOnboardingProps): ReactElement {
  const { flow, children, fallback, onUnknown = fallback, otherwise } = props;
  const { session } = useOnboardingClient();
  const { confirmed, error, degradedReason } = useOnboarding(flow);
  const login = session.isLoading ? 'loading' : session.subject ? 'signed_in' : 'signed_out';
  // Until an attempt has failed an answer may come; from then on only an answer changes what is shown, not each attempt.
  // The mirror's answer opens and closes nothing, and no better one comes while the database is down. Where this browser
  // keeps nothing, answers come all the same.
  const isAwaited = error === null && (degradedReason === null || degradedReason === 'storage');
  switch (gateDecision({ session: login, confirmed, isFetching: isAwaited })) {
    case 'open':
      return <>{children}</>;
    case 'closed':
      return <>{otherwise}</>;
    case 'unknown':
      return <>{onUnknown}</>;
    case 'wait':
    case 'sign_in':
      return <>{fallback}</>;
  }
}

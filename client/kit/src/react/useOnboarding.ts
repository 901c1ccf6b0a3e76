import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import type { OnboardingFlow } from '../core/index.js';
import { useClientValue, useOnboardingClient } from './client-context.js';
import { actionsOf, type Onboarding } from './onboarding.js';
import { onboardingQueryOptions } from './onboardingQueryOptions.js';

/**
 * A person's progress in one flow, and the moves on it.
 *
 * ```tsx
 * const { status, currentStep, complete, pendingWrites } = useOnboarding(tour);
 * if (status === 'unknown') return <Spinner />;
 * return <button onClick={() => complete('profile', { displayName })}>Done</button>;
 * ```
 *
 * What was last confirmed is there in the first frame; clicks show at once, and `pendingWrites` counts those that the
 * service has not confirmed yet. The result is a new object when something in it changed, and only then.
 */
export function useOnboarding<StepKey extends string>(flow: OnboardingFlow<StepKey>): Onboarding<StepKey> {
  const client = useOnboardingClient();
  const snapshot = useClientValue(
    client,
    () => client.getSnapshot(flow),
    () => client.getServerSnapshot(flow),
  );
  // Another person is another query, and so another render.
  useClientValue(
    client,
    () => client.identityKey,
    () => NOBODY,
  );
  // Keeps the query in use, so that it can be invalidated; what it holds is shown by way of the snapshot.
  const isSignedIn = Boolean(client.session.subject);
  useQuery({ ...onboardingQueryOptions(flow, client), enabled: isSignedIn, notifyOnChangeProps: NEVER });
  useEffect(() => client.watch(flow), [client, flow]);

  const actions = useMemo(() => actionsOf(client, flow), [client, flow]);
  return useMemo(
    () => ({
      ...snapshot,
      ...actions,
      // By what is shown: while a server's page is taken over, the engine already knows more than it.
      can: (action, step) => snapshot.allowed.some((move) => move.action === action && move.step === step),
    }),
    [snapshot, actions],
  );
}

const NOBODY = '';
const NEVER: [] = [];

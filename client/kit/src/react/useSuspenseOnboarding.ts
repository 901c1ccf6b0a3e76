import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import type { OnboardingClient, OnboardingFailure, OnboardingFlow, OnboardingSnapshot } from '../core/index.js';
import { useOnboardingClient } from './client-context.js';
import type { Onboarding } from './onboarding.js';
import { onboardingQueryOptions } from './onboardingQueryOptions.js';
import { useOnboarding } from './useOnboarding.js';

/** An {@link Onboarding} of which something is known. */
export type KnownOnboarding<StepKey extends string> = Onboarding<StepKey> & {
  readonly status: Exclude<OnboardingSnapshot['status'], 'unknown'>;
  readonly isComplete: boolean;
};

/**
 * Like `useOnboarding`, for components that have nothing to show before something is known: suspends until then, and
 * throws to the nearest error boundary when the service cannot say and this browser knows nothing.
 *
 * ```tsx
 * <Suspense fallback={<Spinner />}>
 *   <Tour /> // const { isComplete } = useSuspenseOnboarding(tour)
 * </Suspense>
 * ```
 *
 * Put the `Suspense` inside the `OnboardingProvider`, and render it only for people who are signed in.
 */
export function useSuspenseOnboarding<StepKey extends string>(flow: OnboardingFlow<StepKey>): KnownOnboarding<StepKey> {
  const client = useOnboardingClient();
  const queryClient = useQueryClient();
  const onboarding = useOnboarding(flow);
  if (onboarding.status === 'unknown') {
    /* eslint-disable @typescript-eslint/only-throw-error -- A promise is what Suspense takes, in React 18 and 19 alike. */
    if (client.session.isLoading) throw sessionKnown(client);
    if (!client.session.subject) throw new Error('Nobody is signed in: useSuspenseOnboarding would wait for ever.');
    const { error } = onboarding;
    if (error) throw new Error(error.message, { cause: error });
    throw firstAnswer(client, queryClient, flow);
    /* eslint-enable @typescript-eslint/only-throw-error */
  }
  return onboarding as KnownOnboarding<StepKey>;
}

/** Signed out here or in another tab, which the application need not know yet: until then there is nothing to ask for. */
const firstAnswer = (client: OnboardingClient, queryClient: QueryClient, flow: OnboardingFlow): Promise<unknown> =>
  queryClient
    .fetchQuery(onboardingQueryOptions(flow, client))
    .catch(({ code }: OnboardingFailure) => (code === 'not_signed_in' ? sessionKnown(client) : undefined));

const waiting = new WeakMap<OnboardingClient, Promise<void>>();

/** The same promise for everybody who waits: a component that suspends is rendered from scratch again and again. */
function sessionKnown(client: OnboardingClient): Promise<void> {
  const known = waiting.get(client) ?? nextSession(client);
  waiting.set(client, known);
  return known;
}

const nextSession = (client: OnboardingClient): Promise<void> =>
  new Promise((resolve) => {
    const unsubscribe = client.subscribe(() => {
      if (client.session.isLoading) return;
      unsubscribe();
      waiting.delete(client);
      resolve();
    });
  });

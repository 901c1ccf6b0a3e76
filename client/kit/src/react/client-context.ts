import { createContext, useContext } from 'react';
import type { OnboardingClient } from '../core/index.js';

export const ClientContext = createContext<OnboardingClient | null>(null);

export function requireClient(client: OnboardingClient | null): OnboardingClient {
  if (!client) throw new Error('No <OnboardingProvider> above this component. Put one around the application.');
  return client;
}

/**
 * The engine behind the hooks, for what has no hook of its own.
 *
 * ```ts
 * const client = useOnboardingClient();
 * await queryClient.prefetchQuery(onboardingQueryOptions(tour, client));
 * ```
 *
 * Throws outside an `OnboardingProvider`.
 */
export const useOnboardingClient = (): OnboardingClient => requireClient(useContext(ClientContext));

import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
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

/** Reads from the engine, and renders again when what is read has changed. `server`: the same during hydration. */
export function useClientValue<Value>(client: OnboardingClient, read: () => Value, server: () => Value): Value {
  const subscribe = useCallback((listener: () => void) => client.subscribe(listener), [client]);
  return useSyncExternalStore(subscribe, read, server);
}

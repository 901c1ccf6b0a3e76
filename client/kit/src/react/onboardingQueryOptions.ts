import type { DataTag } from '@tanstack/react-query';
import { useContext } from 'react';
import type { OnboardingClient, OnboardingFlow, OnboardingView } from '../core/index.js';
import { ClientContext, requireClient } from './client-context.js';

/** First part of the key of every query of the kit. */
export const QUERY_SCOPE = 'foothold';

/** Whose cached data the compiler then knows. */
type ViewQueryKey = DataTag<readonly [typeof QUERY_SCOPE, string, string], OnboardingView>;

/** Written out, because what `queryOptions` returns is named otherwise by each minor version of TanStack Query. */
export interface ViewQueryOptions {
  readonly queryKey: ViewQueryKey;
  readonly queryFn: () => Promise<OnboardingView>;
  readonly initialData: () => OnboardingView | undefined;
  readonly initialDataUpdatedAt: number;
  readonly staleTime: number;
  readonly networkMode: 'always';
  readonly retry: false;
  readonly refetchOnWindowFocus: false;
  readonly refetchOnReconnect: false;
}

/** Another person, tenant or environment is another key. */
export const viewQueryKey = (client: OnboardingClient, { key }: { readonly key: string }): ViewQueryKey =>
  [QUERY_SCOPE, client.identityKey, key] as const as ViewQueryKey;

/**
 * The confirmed view of a flow as a query, for `useQuery`, `prefetchQuery` or `invalidateQueries`. It never has what is
 * only clicked: `useOnboarding` replays that over it.
 *
 * ```ts
 * const { data: confirmed } = useQuery(onboardingQueryOptions(tour)); // in a component, like a hook
 * await queryClient.ensureQueryData(onboardingQueryOptions(tour, client)); // anywhere else
 * ```
 *
 * The engine decides when to ask again and how often: TanStack's retries and refetches are off. Without `client`, it is
 * taken from the `OnboardingProvider` above.
 */
export function onboardingQueryOptions(
  flow: OnboardingFlow,
  client = requireClient(useContext(ClientContext)),
): ViewQueryOptions {
  return {
    queryKey: viewQueryKey(client, flow),
    queryFn: () => client.fetchView(flow),
    initialData: () => client.confirmedView(flow),
    // Stale from the start: with this device's clock ahead, what came from the cache would look fresh for ever.
    initialDataUpdatedAt: 0,
    staleTime: FRESH_MS,
    // The engine knows better whether there is a network.
    networkMode: 'always',
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  };
}

/** Hooks of one screen that mount one after the other ask once. */
const FRESH_MS = 5_000;

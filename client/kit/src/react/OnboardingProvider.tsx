import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useLayoutEffect, useRef, useState, type ReactElement, type ReactNode } from 'react';
import {
  browserEnvironment,
  createClient,
  liveUpdates,
  type ApiOptions,
  type ClientEvent,
  type ClientOptions,
  type OnboardingClient,
  type Session,
} from '../core/index.js';
import { ClientContext } from './client-context.js';
import { QUERY_SCOPE, viewQueryKey } from './onboardingQueryOptions.js';

export interface OnboardingProviderProps extends Pick<ClientOptions, 'flows' | 'identity' | 'initialView' | 'debug'> {
  /** Who is signed in. A new object on every render is fine. */
  readonly session: Omit<Session, 'claims'>;
  /** The mirror's claim in the ID token, as views: shown while nothing better is known; opens nothing. */
  readonly claim?: Session['claims'];
  /** Where the service is, and how to get a token for it. `baseUrl` is read once; the newest `getToken` is used. */
  readonly api: ApiOptions;
  /** Where the cache and the queue live. Default: this browser's `localStorage`. Read once. */
  readonly storage?: ClientOptions['environment']['storage'];
  /** Everything that the kit needs of a browser; tests give their own. Read once. */
  readonly environment?: ClientOptions['environment'] | undefined;
  /** Another device was first: the operation is in `rejected`, the view is how things are now. */
  readonly onConflict?: ((conflict: Extract<ClientEvent, { type: 'conflict' }>) => void) | undefined;
  readonly children?: ReactNode;
}

/**
 * Gives the hooks below it one engine: cache, queue, live updates. Put it inside a `QueryClientProvider`, once, and
 * leave it mounted while people sign in and out.
 *
 * ```tsx
 * <QueryClientProvider client={queryClient}>
 *   <OnboardingProvider
 *     flows={[tour]}
 *     session={{ subject: user?.sub, isLoading }}
 *     api={{ baseUrl: 'https://onboarding.acme.example', getToken }}
 *   >
 *     <App />
 *   </OnboardingProvider>
 * </QueryClientProvider>
 * ```
 *
 * With auth0-react, take `Auth0OnboardingProvider` of `@foothold/react/auth0`.
 */
export function OnboardingProvider(props: OnboardingProviderProps): ReactElement {
  const { session, claim, api, onConflict, children } = props;
  const newest = useRef({ api, onConflict });
  const [client] = useState(() => clientFor(props, (options) => newest.current.api.getToken(options)));
  const queryClient = useQueryClient();

  // Before the browser paints: a frame of the person who signed in shows nothing of the one who left.
  useBrowserLayoutEffect(() => {
    newest.current = { api, onConflict };
    client.setSession({ ...session, claims: claim });
  });

  useEffect(() => {
    const unlisten = client.onEvent((event) => {
      // What the service confirmed, and nothing else, is in the query cache.
      if (event.type === 'confirmed') queryClient.setQueryData(viewQueryKey(client, event.view.flow), event.view);
      if (event.type === 'session') queryClient.removeQueries({ queryKey: [QUERY_SCOPE] });
      if (event.type === 'conflict') newest.current.onConflict?.(event);
    });
    const stop = client.start();
    return () => {
      stop();
      unlisten();
    };
  }, [client, queryClient]);

  return <ClientContext.Provider value={client}>{children}</ClientContext.Provider>;
}

/** React warns of layout effects while it renders on a server, where there is no layout. */
const useBrowserLayoutEffect = typeof document === 'undefined' ? useEffect : useLayoutEffect;

function clientFor(props: OnboardingProviderProps, getToken: ApiOptions['getToken']): OnboardingClient {
  const { flows, session, claim, api, storage, identity, initialView, debug } = props;
  const client = createClient({
    flows,
    environment: props.environment ?? browserEnvironment(storage === undefined ? {} : { storage }),
    api: { baseUrl: api.baseUrl, getToken },
    live: liveUpdates,
    identity,
    initialView,
    debug,
  });
  client.setSession({ ...session, claims: claim });
  return client;
}

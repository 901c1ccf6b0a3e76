import { useCallback } from 'react';
import { useOnboardingClient } from './client-context.js';

export interface SignOutOptions {
  /** Clicks that could not be sent are kept for this person's next sign-in. Default true; false on a kiosk. */
  readonly keepPending?: boolean;
}

/**
 * Signs out without leaving anything of the person in this browser, in any tab.
 *
 * ```ts
 * const signOut = useSignOut();
 * const leave = () => signOut(() => logout({ logoutParams: { returnTo: location.origin } }));
 * ```
 *
 * Sends what waits for at most 1.5 s, removes the person's view, and then calls `logout`.
 */
export function useSignOut() {
  const client = useOnboardingClient();
  return useCallback(
    async <Result>(logout: () => Result | Promise<Result>, options?: SignOutOptions): Promise<Result> => {
      await client.signOut(options);
      return logout();
    },
    [client],
  );
}

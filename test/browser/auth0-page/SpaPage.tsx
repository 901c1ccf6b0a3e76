import type { Auth0Client } from '@auth0/auth0-spa-js';
import { useState } from 'react';
import type { ShownState } from './settings.js';
import { Shown } from './Shown.js';

/** The same by spa-js alone. React only paints here. */
export function SpaPage({ client, initial }: { readonly client: Auth0Client; readonly initial: ShownState }) {
  const [state, setState] = useState(initial);
  const redirect = (screenHint?: 'signup') =>
    client.loginWithRedirect({ authorizationParams: { screen_hint: screenHint } });
  const renew = () =>
    client.getTokenSilently({ cacheMode: 'off' }).then(
      (token) => setState((before) => ({ ...before, accessToken: token ?? null })),
      (reason: Error) => setState((before) => ({ ...before, error: reason.message })),
    );
  return (
    <>
      <button onClick={() => void redirect()}>Log in</button>
      <button onClick={() => void redirect('signup')}>Sign up</button>
      <button onClick={() => void renew()}>Renew</button>
      <button onClick={() => void client.logout({ logoutParams: { returnTo: window.location.origin } })}>
        Log out
      </button>
      <Shown {...state} />
    </>
  );
}

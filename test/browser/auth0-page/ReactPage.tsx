import { Auth0Provider, useAuth0 } from '@auth0/auth0-react';
import { useState } from 'react';
import { CLIENT_ID, type PageSettings } from './settings.js';
import { Shown } from './Shown.js';

/** An application as auth0-react's own documentation has it. */
export function ReactPage({ settings }: { readonly settings: PageSettings }) {
  return (
    <Auth0Provider
      domain={settings.domain}
      clientId={CLIENT_ID}
      useRefreshTokens={settings.useRefreshTokens}
      cacheLocation={settings.useRefreshTokens ? 'localstorage' : 'memory'}
      authorizationParams={{ redirect_uri: window.location.origin, audience: settings.audience }}
    >
      <Account />
    </Auth0Provider>
  );
}

function Account() {
  const { isLoading, user, error, loginWithRedirect, logout, getAccessTokenSilently } = useAuth0();
  const [accessToken, setAccessToken] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  if (isLoading) return <p>Loading</p>;
  const renew = () =>
    getAccessTokenSilently({ cacheMode: 'off' }).then(
      (token) => setAccessToken(token ?? null),
      (reason: Error) => setFailure(reason.message),
    );
  return (
    <>
      <button onClick={() => void loginWithRedirect()}>Log in</button>
      <button onClick={() => void loginWithRedirect({ authorizationParams: { screen_hint: 'signup' } })}>
        Sign up
      </button>
      <button onClick={() => void renew()}>Renew</button>
      <button onClick={() => void logout({ logoutParams: { returnTo: window.location.origin } })}>Log out</button>
      <Shown email={user?.email ?? null} accessToken={accessToken} error={error?.message ?? failure} />
    </>
  );
}

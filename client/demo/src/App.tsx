import { useAuth0 } from '@auth0/auth0-react';
import { ProgressBar, RequireOnboarding, SyncStatus, useSignOut } from '@foothold/react';
import { Suspense, type ReactElement, type ReactNode } from 'react';
import { tour } from './flows.js';
import { Tenants } from './Tenants.js';
import { TourWizard } from './TourWizard.js';
import { WorkspaceSummary } from './WorkspaceSummary.js';

export function App({ children }: { readonly children: ReactNode }): ReactElement {
  const { user, isLoading, error, loginWithRedirect, logout } = useAuth0();
  const signOut = useSignOut();
  return (
    <main>
      <h1>Foothold</h1>
      {error && <p role="alert">{error.message}</p>}
      {user ? (
        <p>
          Signed in as <span data-testid="person">{user.email ?? user.sub}</span>{' '}
          <button
            type="button"
            onClick={() => void signOut(() => logout({ logoutParams: { returnTo: location.origin } }))}
          >
            Sign out
          </button>
        </p>
      ) : (
        <p>
          {isLoading ? (
            'Who are you?'
          ) : (
            <button type="button" onClick={() => void loginWithRedirect()}>
              Log in
            </button>
          )}
        </p>
      )}
      <SyncStatus flow={tour} />
      <ProgressBar flow={tour} label="Tour" />
      <RequireOnboarding
        flow={tour}
        fallback={<p>One moment</p>}
        onUnknown={<p>We cannot say right now. Nothing is lost.</p>}
        otherwise={<TourWizard />}
      >
        <p>Welcome to your dashboard</p>
      </RequireOnboarding>
      {user && (
        <>
          <Tenants />
          <Suspense fallback={<p>Loading the workspace</p>}>
            <WorkspaceSummary />
          </Suspense>
        </>
      )}
      {children}
    </main>
  );
}

import { Auth0Provider } from '@auth0/auth0-react';
import { Auth0OnboardingProvider } from '@foothold/react/auth0';
import { createOnboardingDevtools } from '@foothold/react/devtools';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.js';
import { tour, workspace } from './flows.js';
import { AUDIENCE, CLIENT_ID, readSettings } from './settings.js';

const FLOWS = [tour, workspace];
const settings = readSettings();
const queryClient = new QueryClient();
const devtools = createOnboardingDevtools();

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <Auth0Provider
      domain={settings.auth0}
      clientId={CLIENT_ID}
      authorizationParams={{ redirect_uri: location.origin, audience: AUDIENCE }}
      cacheLocation="localstorage"
      useRefreshTokens
    >
      <QueryClientProvider client={queryClient}>
        <Auth0OnboardingProvider
          flows={FLOWS}
          baseUrl={settings.api}
          identity="hint"
          environment={devtools.environment}
        >
          <App>
            <devtools.Panel flows={FLOWS} />
          </App>
        </Auth0OnboardingProvider>
      </QueryClientProvider>
    </Auth0Provider>
  </StrictMode>,
);

import { Auth0Provider } from '@auth0/auth0-react';
import { Auth0OnboardingProvider } from '@foothold/react/auth0';
import { MantineProvider } from '@mantine/core';
import '@mantine/core/styles.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.js';
import './demo.css';
import { FLOWS } from './flows.js';
import { network } from './network.js';
import { HOME, MIRROR_CLAIM, settings } from './settings.js';
import { cssVariables, theme } from './theme.js';

const queryClient = new QueryClient();

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <Auth0Provider
        domain={settings.auth0}
        clientId={settings.clientId}
        authorizationParams={{ redirect_uri: HOME, audience: settings.audience }}
        cacheLocation="localstorage"
        useRefreshTokens
      >
        <QueryClientProvider client={queryClient}>
          <Auth0OnboardingProvider
            flows={FLOWS}
            baseUrl={location.origin}
            identity="hint"
            mirrorClaim={MIRROR_CLAIM}
            environment={network.environment}
          >
            <App />
          </Auth0OnboardingProvider>
        </QueryClientProvider>
      </Auth0Provider>
    </MantineProvider>
  </StrictMode>,
);

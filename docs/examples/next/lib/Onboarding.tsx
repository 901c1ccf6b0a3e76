'use client';

import { OnboardingProvider, type OnboardingView } from '@foothold/react';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { tour } from './tour';

interface OnboardingProps {
  readonly baseUrl: string;
  readonly subject?: string;
  readonly initialView?: OnboardingView;
  readonly children: ReactNode;
}

/** The kit around the application: the server and the browser begin with the same view. */
export function Onboarding({ baseUrl, subject, initialView, children }: OnboardingProps) {
  const [queryClient] = useState(() => new QueryClient());
  return (
    <QueryClientProvider client={queryClient}>
      <OnboardingProvider
        flows={FLOWS}
        session={{ subject }}
        api={{ baseUrl, getToken: fetchToken }}
        initialView={initialView}
      >
        {children}
      </OnboardingProvider>
    </QueryClientProvider>
  );
}

const FLOWS = [tour];

/** Scripts cannot read the cookie; the server tells them the token. */
async function fetchToken(): Promise<string> {
  const response = await fetch('/session');
  if (response.status === 401) throw Object.assign(new Error('Nobody is signed in.'), { error: 'login_required' });
  if (!response.ok) throw new Error(`/session answered ${response.status}.`);
  const { token } = (await response.json()) as { token: string };
  return token;
}

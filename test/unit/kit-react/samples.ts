import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../../..');
const PAGES = [
  'README.md',
  'client/kit/README.md',
  ...readdirSync(path.join(ROOT, 'docs/kit')).map((page) => `docs/kit/${page}`),
];

/** What a sample takes for granted: the kit, the libraries beside it, and the application around it. */
const PRELUDE = `
import { Auth0Provider, useAuth0 } from '@auth0/auth0-react';
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { Suspense, type ReactNode } from 'react';
import type { FlowDefinition } from '../../../src/flow/index.js';
import { Auth0OnboardingProvider } from './auth0/index.js';
import { createOnboardingDevtools } from './devtools/index.js';
import * as kit from './index.js';
import { getInitialView } from './next/index.js';
import { TestService } from './testing/index.js';
const { Checklist, OnboardingProvider, ProgressBar, RequireOnboarding, Stepper, SyncStatus } = kit;
const { browserEnvironment, createClient, createOnboarding, defineFlow, destination, gateDecision, importLegacy } = kit;
const { liveUpdates, onboardingQueryOptions, useOnboarding, useOnboardingClient, useSignOut, useStep, useTenants } = kit;
const tour = defineFlow({ key: 'member_tour', version: 1, steps: { profile: {}, first_project: {} } });
type Component = (props: { children?: ReactNode; [name: string]: unknown }) => ReactNode;
declare const AllDone: Component, App: Component, Dashboard: Component, Navigate: Component, ProfileForm: Component;
declare const Providers: Component, Spinner: Component, Tour: Component, TryAgain: Component;
declare const audience: string, baseUrl: string, displayName: string, subject: string, token: string;
declare const api: kit.ApiOptions, session: kit.Session, children: ReactNode;
declare const isLoading: boolean, user: { sub: string } | undefined;
declare const client: kit.OnboardingClient, queryClient: QueryClient;
declare function act(work: () => Promise<void>): Promise<void>;
declare function getToken(): Promise<string>;
declare function logout(options: { logoutParams: { returnTo: string } }): Promise<void>;
declare function navigate(to: string): void;
declare function render(ui: ReactNode): void;
declare function show(snapshot: kit.OnboardingSnapshot): void;
`;

/** Every sample in the pages on the kit, as a program: the body of a function, without what only a module may say. */
export const SAMPLES: Readonly<Record<string, string>> = Object.fromEntries(
  PAGES.flatMap((page) =>
    [...readFileSync(path.join(ROOT, page), 'utf8').matchAll(/```tsx?\n(.*?)```/gs)].map(([, sample = ''], index) => {
      const body = sample
        .replace(/^import .*$/gm, '')
        .replace(/^export /gm, '')
        .replace(' …>', ' flows={[tour]} session={session} api={api}>');
      return [`${page}, sample ${index + 1}`, `${PRELUDE}export async function sample() {\n${body}\n}`];
    }),
  ),
);

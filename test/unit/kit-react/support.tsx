import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, render, type RenderResult } from '@testing-library/react';
import { StrictMode, type ReactElement, type ReactNode } from 'react';
import { defineFlow, OnboardingProvider, type OnboardingView } from '../../../client/kit/src/index.js';
import { TestService } from '../../../client/kit/src/testing/index.js';

export const tour = defineFlow({
  key: 'member_tour',
  version: 1,
  title: 'Get to know your workspace',
  steps: {
    profile: { title: 'Complete your profile', reopenable: true },
    first_project: { title: 'Create your first project', requires: ['profile'] },
    invite_teammates: { title: 'Invite your teammates', requires: ['profile'], optional: true },
  },
});

export interface Rendered extends RenderResult {
  readonly service: TestService;
  readonly queryClient: QueryClient;
  /** Lets everything that is under way come to its end. */
  readonly settle: () => Promise<void>;
}

export interface RenderOptions {
  readonly isStrict?: boolean;
  readonly service?: TestService;
  readonly initialView?: OnboardingView;
  /** What a server rendered is in it, and is taken over. */
  readonly hydrate?: HTMLElement;
}

/** Renders below a provider that talks to a service in memory. */
export function renderWithService(ui: ReactNode, options: RenderOptions = {}): Rendered {
  const { isStrict = false, service = new TestService({ flows: [tour] }), initialView, hydrate } = options;
  const queryClient = new QueryClient();
  const { providerProps } = service;
  const app: ReactElement = (
    <QueryClientProvider client={queryClient}>
      <OnboardingProvider {...providerProps} initialView={initialView}>
        {ui}
      </OnboardingProvider>
    </QueryClientProvider>
  );
  const tree = isStrict ? <StrictMode>{app}</StrictMode> : app;
  const rendered = hydrate ? render(tree, { container: hydrate, hydrate: true }) : render(tree);
  return { ...rendered, service, queryClient, settle: () => act(() => service.clock.advance(50)) };
}

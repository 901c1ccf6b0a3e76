import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useCallback, useMemo, useState, useSyncExternalStore, type ReactElement } from 'react';
import {
  Checklist,
  OnboardingProvider,
  ProgressBar,
  RequireOnboarding,
  Stepper,
  SyncStatus,
  useOnboarding,
  useSignOut,
  useTenants,
  type Action,
  type ActionResult,
  type Onboarding,
  type OnboardingFlow,
  type OnboardingView,
} from '../../../client/kit/src/index.js';
import { devtools, Extras } from './Extras.js';
import { FLOWS } from './flows.js';
import { readPerson, type PagePerson, type PageSettings } from './settings.js';

const ACTIONS: readonly Action[] = ['start', 'save', 'complete', 'skip', 'reopen'];

/** Valid data of the steps that need some. */
const DATA: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  business_info: { businessName: 'Acme' },
  subscription: { plan: 'free' },
};

interface KitPageProps {
  readonly settings: PageSettings;
  readonly initialView?: OnboardingView;
}

/** What the kit has, for one flow, and what it says of itself as JSON. */
export function KitPage({ settings, initialView }: KitPageProps): ReactElement {
  const [queryClient] = useState(() => new QueryClient());
  const person = usePerson();
  const { tokens, hasExtras, api: baseUrl } = settings;
  return (
    <QueryClientProvider client={queryClient}>
      <OnboardingProvider
        flows={Object.values(FLOWS)}
        session={{ subject: person?.subject, isLoading: person === null }}
        api={{
          baseUrl,
          getToken: () => (tokens === 'hanging' ? new Promise(() => undefined) : Promise.resolve(person?.token ?? '')),
        }}
        initialView={initialView}
        environment={hasExtras ? devtools.environment : undefined}
      >
        <main>
          <h1>Kit under test</h1>
          <p data-testid="subject">{person?.subject}</p>
          <FlowPanel flow={FLOWS[settings.flow]} />
          {hasExtras && <Extras />}
        </main>
      </OnboardingProvider>
    </QueryClientProvider>
  );
}

/** Null while nobody can know, as on a server. Tests sign people in and out by the fragment: the document stays. */
function usePerson(): PagePerson | null {
  const fragment = useSyncExternalStore<string | null>(
    onFragmentChange,
    () => location.hash,
    () => null,
  );
  return useMemo(() => (fragment === null ? null : readPerson(fragment)), [fragment]);
}

function onFragmentChange(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

function FlowPanel({ flow }: { readonly flow: OnboardingFlow }): ReactElement {
  const onboarding = useOnboarding(flow);
  const { steps, source, status, rejected, dismiss } = onboarding;
  const [outcomes, setOutcomes] = useState<readonly string[]>([]);
  const tell = (result: ActionResult): void =>
    setOutcomes((known) => [...known, [result.status, result.code].filter(Boolean).join(':')]);
  const shown = {
    ...onboarding,
    steps: Object.fromEntries(steps.map((step) => [step.key, step.status])),
    rejected: rejected.map(({ step, code }) => ({ step, code })),
  };
  return (
    <>
      <SyncStatus flow={flow} />
      <ProgressBar flow={flow} label="Onboarding" />
      <Checklist flow={flow} label="All steps">
        {({ step, buttonProps }) => (
          <>
            {step.title}
            {ACTIONS.map((action) => (
              <button
                key={action}
                data-testid={`${action}-${step.key}`}
                {...buttonProps(action, DATA[step.key])}
                onClick={() => void move(onboarding, action, step.key).then(tell)}
              >
                {action} {step.key}
              </button>
            ))}
          </>
        )}
      </Checklist>
      <RequireOnboarding
        flow={flow}
        fallback={<p data-gate="wait">Loading</p>}
        onUnknown={<p data-gate="unknown">We cannot say right now</p>}
        otherwise={<Wizard flow={flow} />}
      >
        <p data-gate="app">Dashboard</p>
      </RequireOnboarding>
      {rejected.map(({ id, step, code }) => (
        <p key={id} data-testid="rejected">
          {step}: {code} <button onClick={() => dismiss(id)}>Dismiss</button>
        </p>
      ))}
      <Account />
      <span data-testid="status">{status}</span> <span data-testid="source">{source}</span>{' '}
      <span data-testid="outcomes">{outcomes.join(' ')}</span>
      <pre data-testid="state">{JSON.stringify(shown)}</pre>
    </>
  );
}

function move(onboarding: Onboarding<string>, action: Action, step: string): Promise<ActionResult> {
  const data = DATA[step];
  if (action === 'save') return onboarding.save(step, data ?? {});
  return action === 'complete' ? onboarding.complete(step, data) : onboarding[action](step);
}

function Wizard({ flow }: { readonly flow: OnboardingFlow }): ReactElement {
  return (
    <section data-gate="wizard" aria-label="Wizard">
      <Stepper flow={flow} label="Steps">
        {(current) => <p>{current ? current.step.title : 'Nothing to do'}</p>}
      </Stepper>
    </section>
  );
}

function Account(): ReactElement {
  const { status, current, tenants, select } = useTenants();
  const signOut = useSignOut();
  const leave = useCallback(
    (keepPending: boolean) =>
      signOut(
        () => {
          location.hash = '';
        },
        { keepPending },
      ),
    [signOut],
  );
  return (
    <section aria-label="Account">
      <p data-testid="tenant">
        {status} {current?.id}
      </p>
      {tenants.map(({ id, name }) => (
        <button key={id} onClick={() => select(id)}>
          {name}
        </button>
      ))}
      <button data-testid="sign-out" onClick={() => void leave(true)}>
        Sign out
      </button>
    </section>
  );
}

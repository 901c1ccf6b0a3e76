import { useQuery } from '@tanstack/react-query';
import { Suspense, type ReactElement } from 'react';
import { createOnboardingDevtools } from '../../../client/kit/src/devtools/index.js';
import {
  createOnboarding,
  importLegacy,
  onboardingQueryOptions,
  useOnboardingClient,
  useStep,
  useSuspenseOnboarding,
} from '../../../client/kit/src/index.js';
import { FLOWS } from './flows.js';

const flow = FLOWS.member_tour;
const bound = createOnboarding(flow);

export const devtools = createOnboardingDevtools();

/** What the kit has beside the hooks and components that a page cannot do without. */
export function Extras(): ReactElement {
  return (
    <section aria-label="Extras">
      <Suspense fallback={<p data-testid="suspense">suspended</p>}>
        <Known />
      </Suspense>
      <Confirmed />
      <OneStep />
      <Bound />
      <Legacy />
      <devtools.Panel flows={[flow]} />
    </section>
  );
}

function Known(): ReactElement {
  const { status } = useSuspenseOnboarding(flow);
  return <p data-testid="suspense">{status}</p>;
}

/** With its query, an application sees what is confirmed and never what is only clicked. */
function Confirmed(): ReactElement {
  const { data } = useQuery(onboardingQueryOptions(flow));
  return <p data-testid="query">{data?.revision}</p>;
}

function OneStep(): ReactElement {
  const { step, complete } = useStep(flow, 'profile');
  return (
    <p>
      <span data-testid="step">{step?.status}</span>{' '}
      <button onClick={() => void complete({ displayName: 'Ada' })}>Complete by useStep</button>
    </p>
  );
}

function Bound(): ReactElement {
  const { currentStep } = bound.useOnboarding();
  return <p data-testid="bound">{currentStep}</p>;
}

/** An older product kept a line of its own. */
function Legacy(): ReactElement {
  const client = useOnboardingClient();
  const bring = (): Promise<unknown> =>
    importLegacy(client, flow, {
      keys: ['older_product'],
      read: ({ older_product: value }) =>
        value === 'invited' ? [{ step: 'invite_teammates', action: 'complete' }] : [],
    });
  return <button onClick={() => void bring()}>Import legacy</button>;
}

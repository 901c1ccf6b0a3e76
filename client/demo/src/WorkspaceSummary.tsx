import { onboardingQueryOptions, useSuspenseOnboarding } from '@foothold/react';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { workspace } from './flows.js';

/** The flow that the whole tenant shares; suspends until something is known of it. */
export function WorkspaceSummary(): ReactElement {
  const { status, progress, currentStep, steps } = useSuspenseOnboarding(workspace);
  const { data: confirmed } = useQuery(onboardingQueryOptions(workspace));
  const current = steps.find(({ key }) => key === currentStep);
  return (
    <section aria-label="Workspace">
      <p>
        Workspace: {status}, {progress?.done} of {progress?.total} steps
        {current && `, next: ${current.title}`} (confirmed at revision {confirmed?.revision ?? 0})
      </p>
    </section>
  );
}

import { SyncStatus, useTenants, type SyncState } from '@foothold/react';
import type { ReactElement } from 'react';
import { tour, useTour, useWorkspace, workspace } from '../flows.js';

/** Whether all that was done is safe: of the flow that something waits in, and else of the one that the person is in. */
export function SaveState(): ReactElement | null {
  const { status } = useTenants();
  const { confirmed, pendingWrites } = useWorkspace();
  const inTour = useTour().pendingWrites > 0 || (confirmed.isComplete && pendingWrites === 0);
  const flow = inTour ? tour : workspace;
  if (status === 'choice_needed') return null;
  return (
    <SyncStatus flow={flow} className="save-state">
      {(state, onboarding) => (
        <>
          <span className="save-dot" aria-hidden="true" />
          <span className="save-text">{sentence(state, onboarding.pendingWrites)}</span>
        </>
      )}
    </SyncStatus>
  );
}

function sentence(state: SyncState, pending: number): string {
  const kept = pending > 0 ? ` · ${pending} kept here` : '';
  switch (state) {
    case 'rejected':
      return 'Something was not saved';
    case 'lost':
      return 'The service lost a step';
    case 'signed_out':
      return `Log in again${kept}`;
    case 'offline':
      return `Offline${kept}`;
    case 'degraded':
      return `Service away${kept}`;
    case 'not_kept':
      return 'This browser keeps nothing';
    case 'saving':
      return 'Saving…';
    case 'loading':
      return 'Loading…';
    case 'saved':
      return 'All saved';
  }
}

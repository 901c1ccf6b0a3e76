'use client';

import { Checklist, ProgressBar, SyncStatus, useOnboarding } from '@foothold/react';
import Link from 'next/link';
import { SignOut } from '../../lib/SignOut';
import { tour } from '../../lib/tour';

export function Tour() {
  const { confirmed } = useOnboarding(tour);
  return (
    <main>
      <h1>Get to know your workspace</h1>
      <ProgressBar flow={tour} label="Tour" className="bar">
        {(progress) => <span style={{ width: `${progress?.percent ?? 0}%` }} />}
      </ProgressBar>
      <Checklist flow={tour} label="Steps" className="steps">
        {({ step, buttonProps }) => (
          <>
            <span>{step.title}</span>
            {step.status === 'completed' || step.status === 'skipped' ? (
              <span>{step.status}</span>
            ) : (
              <>
                {step.optional && <button {...buttonProps('skip')}>Skip</button>}
                <button {...buttonProps('complete')}>Done</button>
              </>
            )}
          </>
        )}
      </Checklist>
      <SyncStatus flow={tour} />
      {/* Once the service has said so: before, the server of the next page would send the person back. */}
      {confirmed.isComplete && <Link href="/dashboard">Go to your workspace</Link>}
      <SignOut />
    </main>
  );
}

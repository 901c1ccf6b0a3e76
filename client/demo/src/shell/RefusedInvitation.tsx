import { useTenants } from '@foothold/react';
import { useState, type ReactElement } from 'react';
import { Problem } from './Problem.js';

/** Why the link that somebody came with did not let them in. */
export function RefusedInvitation(): ReactElement | null {
  const { invitationError } = useTenants();
  const [dismissed, dismiss] = useState<unknown>(null);
  if (invitationError === null || invitationError === dismissed) return null;
  return (
    <div className="narrow-card">
      <Problem title="This invitation was not accepted" dismiss={() => dismiss(invitationError)}>
        {invitationError.message}
      </Problem>
    </div>
  );
}

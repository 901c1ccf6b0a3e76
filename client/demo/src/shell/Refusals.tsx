import { useOnboarding, type OnboardingFlow } from '@foothold/react';
import { Alert } from '@mantine/core';
import type { ReactElement } from 'react';
import { Icon } from '../icons.js';

/** What was done and did not count, with the reason, until it is dismissed. */
export function Refusals<Step extends string>({ flow }: { readonly flow: OnboardingFlow<Step> }): ReactElement {
  const { rejected, dismiss } = useOnboarding(flow);
  return (
    <>
      {rejected.map(({ id, detail, code }) => (
        <Alert
          key={id}
          color="red"
          role="alert"
          icon={<Icon name="alert" />}
          title="This was not saved"
          withCloseButton
          closeButtonLabel="Dismiss"
          onClose={() => dismiss(id)}
          mb="md"
        >
          {detail ?? code}
        </Alert>
      ))}
    </>
  );
}

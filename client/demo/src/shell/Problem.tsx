import { Alert } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { Icon } from '../icons.js';

export interface ProblemProps {
  readonly title: string;
  readonly children: ReactNode;
  /** Without it, the problem stays until it is over. */
  readonly dismiss?: () => void;
}

/** What went wrong, read out at once. */
export function Problem({ title, children, dismiss }: ProblemProps): ReactElement {
  return (
    <Alert
      color="red"
      role="alert"
      icon={<Icon name="alert" />}
      title={title}
      mb="md"
      withCloseButton={dismiss !== undefined}
      closeButtonLabel="Dismiss"
      onClose={dismiss}
    >
      {children}
    </Alert>
  );
}

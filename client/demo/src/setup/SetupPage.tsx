import { Stepper, type StepItem } from '@foothold/react';
import { Alert, Card, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useWorkspace, workspace } from '../flows.js';
import { Icon } from '../icons.js';
import { Refusals } from '../shell/Refusals.js';
import { WaitingCard } from '../shell/WaitingCard.js';
import { BusinessForm } from './BusinessForm.js';
import { PaymentForm } from './PaymentForm.js';
import { PlanForm } from './PlanForm.js';
import { Provisioning } from './Provisioning.js';

/** Sets the workspace up, one step at a time; shared by all of the tenant, and asked once. */
export function SetupPage(): ReactElement {
  return (
    <Stepper
      flow={workspace}
      label="Set-up"
      className="setup"
      marker={({ step, position, isCurrent }) => (
        <span className="marker">
          <span className="marker-dot" aria-hidden="true">
            {step.status === 'completed' ? <Icon name="check" size={16} /> : position}
          </span>
          <span className="marker-title">
            {SHORT_TITLES[step.key]}
            <span className="visually-hidden">{statusText(step.status, isCurrent)}</span>
          </span>
        </span>
      )}
    >
      {(current) => (
        <div className="setup-body">
          <Refusals flow={workspace} />
          <CurrentStep current={current} />
        </div>
      )}
    </Stepper>
  );
}

const SHORT_TITLES = {
  business_info: 'Your business',
  subscription: 'Plan',
  payment: 'Payment',
  setup: 'Workspace',
} as const;

const statusText = (status: string, isCurrent: boolean): string =>
  status === 'completed' ? ', done' : isCurrent ? ', to do now' : ', to do later';

function CurrentStep({ current }: { readonly current: StepItem<keyof typeof SHORT_TITLES> | null }): ReactElement {
  switch (current?.step.key) {
    case 'business_info':
      return <BusinessForm />;
    case 'subscription':
      return <PlanForm />;
    case 'payment':
      return <PaymentForm />;
    case 'setup':
      return <Provisioning />;
    case undefined:
      return <WaitForOthers />;
  }
}

/** The set-up is complete once the service says so, or it is an owner's turn. */
function WaitForOthers(): ReactElement {
  const { isComplete } = useWorkspace();
  if (isComplete) return <WaitingCard title="One moment">Your last step is on its way.</WaitingCard>;
  return (
    <Card withBorder padding="xl">
      <Title order={1} size="h2" mb="md">
        Almost there
      </Title>
      <Alert icon={<Icon name="users" />} title="Your workspace is being set up">
        An owner of your workspace is on it. This page opens by itself when they are done; there is nothing for you to
        do.
      </Alert>
    </Card>
  );
}

import { Alert, Button, Card, Loader, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useWorkspaceStep } from '../flows.js';
import { Icon } from '../icons.js';

/** A system behind the scenes sets the workspace up. It may fail, and then it can be asked again. */
export function Provisioning(): ReactElement {
  const { step, start, can } = useWorkspaceStep('setup');
  const isTryingAgain = step?.isPending || !can('start');
  const failure = !isTryingAgain && step?.attestation?.outcome === 'failed' ? step.attestation : undefined;
  if (failure) {
    return (
      <Card withBorder padding="xl" className="step-card">
        <Title order={1} size="h2" mb="md">
          We could not set up your workspace
        </Title>
        <Alert color="red" role="alert" icon={<Icon name="alert" />} title="What went wrong" mb="xl">
          {failure.message}
        </Alert>
        <Text c="dimmed" mb="md">
          Your payment is safe, and nothing has to be filled in again.
        </Text>
        <div>
          <Button size="md" onClick={() => void start()}>
            Try again
          </Button>
        </div>
      </Card>
    );
  }
  return (
    <Card withBorder padding="xl" className="step-card centered">
      <Loader aria-hidden="true" />
      <Title order={1} size="h3" mt="md">
        We set up your workspace
      </Title>
      <Text c="dimmed" maw={420}>
        This takes a few seconds. The page goes on by itself, and so does the work if you leave.
      </Text>
    </Card>
  );
}

import { Button, Card, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useWorkspaceStep } from '../flows.js';
import { Problem } from '../shell/Problem.js';
import { WaitingCard } from '../shell/WaitingCard.js';

/** A system behind the scenes sets the workspace up. It may fail, and then it can be asked again. */
export function Provisioning(): ReactElement {
  const { step, start, can } = useWorkspaceStep('setup');
  const isTryingAgain = step?.isPending || !can('start');
  const failure = !isTryingAgain && step?.attestation?.outcome === 'failed' ? step.attestation : undefined;
  if (!failure) {
    return (
      <WaitingCard title="We set up your workspace">
        This takes a few seconds. The page goes on by itself, and so does the work if you leave.
      </WaitingCard>
    );
  }
  return (
    <Card withBorder padding="xl">
      <Title order={1} size="h2" mb="md">
        We could not set up your workspace
      </Title>
      <Problem title="What went wrong">{failure.message}</Problem>
      <Text c="dimmed" mb="lg">
        Your payment is safe, and nothing has to be filled in again.
      </Text>
      <Button size="md" onClick={() => void start()}>
        Try again
      </Button>
    </Card>
  );
}

import { Alert, Button, Card, List, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useWorkspace } from '../flows.js';
import { Icon } from '../icons.js';

/** Nobody can say how far this person is: so nothing is started anew, and nothing is opened. */
export function UnknownPage(): ReactElement {
  const { status, steps, source, refetch, isFetching } = useWorkspace();
  return (
    <Card withBorder padding="xl" className="narrow-card" data-gate="unknown">
      <Title order={1} size="h2" mb="md">
        We cannot reach your workspace
      </Title>
      <Alert icon={<Icon name="alert" />} color="yellow" title="Nothing is lost" mb="lg">
        Everything that you have done is stored. This page goes on by itself when the service is back.
      </Alert>
      {status !== 'unknown' && (
        <>
          <Text c="dimmed" mb="xs">
            What {source === 'auth0' ? 'your login' : 'this browser'} remembers:
          </Text>
          <List mb="lg" listStyleType="none" spacing={6}>
            {steps
              .filter(({ status: step }) => step !== 'not_applicable')
              .map(({ key, title, status: step }) => (
                <List.Item key={key} icon={<Icon name={step === 'completed' ? 'check' : 'circle'} size={16} />}>
                  {title}: {step.replaceAll('_', ' ')}
                </List.Item>
              ))}
          </List>
        </>
      )}
      <div>
        <Button variant="default" loading={isFetching} onClick={() => void refetch()}>
          Try now
        </Button>
      </div>
    </Card>
  );
}

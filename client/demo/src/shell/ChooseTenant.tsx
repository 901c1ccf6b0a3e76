import { useTenants } from '@foothold/react';
import { Button, Card, Stack, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';

/** Somebody of several workspaces, who has not said yet in which one they work. */
export function ChooseTenant(): ReactElement {
  const { tenants, select } = useTenants();
  return (
    <Card withBorder className="narrow-card" padding="xl">
      <Title order={1} size="h2">
        Where do you want to work?
      </Title>
      <Text c="dimmed" mb="lg">
        You can switch at the top of the page at any time.
      </Text>
      <Stack gap="xs">
        {tenants.map(({ id, name, role }) => (
          <Button
            key={id}
            variant="default"
            size="md"
            justify="space-between"
            rightSection={
              <Text size="sm" c="dimmed">
                {role}
              </Text>
            }
            onClick={() => select(id)}
          >
            {name}
          </Button>
        ))}
      </Stack>
    </Card>
  );
}

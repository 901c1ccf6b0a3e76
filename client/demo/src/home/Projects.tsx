import { Card, Group, Progress, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTourStep } from '../flows.js';
import { Icon } from '../icons.js';

/** The person's projects: the first one is made in the tour. */
export function Projects(): ReactElement {
  const { step } = useTourStep('first_project');
  const name = step?.status === 'completed' ? step.data['projectName'] : undefined;
  return (
    <section aria-labelledby="projects">
      <Title order={2} size="h4" id="projects" mb="sm">
        Projects
      </Title>
      {typeof name === 'string' ? (
        <Card withBorder padding="lg">
          <Group justify="space-between" mb="xs">
            <Group gap="sm">
              <span className="feature-icon">
                <Icon name="folder" />
              </span>
              <Text fw={600}>{name}</Text>
            </Group>
            <Text c="dimmed" size="sm">
              On track
            </Text>
          </Group>
          <Progress value={10} aria-label={`Progress of ${name}`} />
        </Card>
      ) : (
        <div className="empty">
          <Icon name="folder" size={28} />
          <Text fw={600}>No projects yet</Text>
          <Text c="dimmed" size="sm">
            Your first one appears here as soon as you create it.
          </Text>
        </div>
      )}
    </section>
  );
}

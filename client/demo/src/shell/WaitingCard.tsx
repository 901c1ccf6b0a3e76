import { Card, Loader, Text, Title } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';

export interface WaitingCardProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** Something is under way that needs nobody here; the page goes on by itself. */
export function WaitingCard({ title, children }: WaitingCardProps): ReactElement {
  return (
    <Card withBorder padding="xl" className="centered">
      <Loader aria-hidden="true" />
      <Title order={1} size="h3" mt="md">
        {title}
      </Title>
      <Text c="dimmed" maw={420}>
        {children}
      </Text>
    </Card>
  );
}

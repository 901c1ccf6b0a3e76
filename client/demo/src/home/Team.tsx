import { useAuth0 } from '@auth0/auth0-react';
import { useTenants } from '@foothold/react';
import { Avatar, Button, Card, Group, Skeleton, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTour } from '../flows.js';
import { useApi } from '../useApi.js';
import { InviteLink } from './InviteLink.js';
import type { Invitation } from './useInvitation.js';

interface Member {
  readonly subject: string;
  readonly role: string;
  readonly joinedAt: string;
}

const date = new Intl.DateTimeFormat('en', { dateStyle: 'medium' });

/** Who belongs to the workspace; owners and admins see it and ask people in. */
export function Team({ invitation }: { readonly invitation: Invitation }): ReactElement | null {
  const { current } = useTenants();
  const { user } = useAuth0();
  const { isComplete } = useTour();
  const call = useApi();
  const isAdmin = invitation.isAllowed;
  const { data, isError, refetch } = useQuery({
    queryKey: ['members', current?.id],
    queryFn: () => call<{ items: readonly Member[] }>(`/v1/tenants/${current?.id}/members`),
    enabled: isAdmin,
    refetchInterval: 10_000,
  });
  if (!isAdmin) return null;
  return (
    <section aria-labelledby="team">
      <Title order={2} size="h4" id="team" mb="sm">
        Team
      </Title>
      <Card withBorder padding="lg">
        {isError && !data && (
          <Group justify="space-between">
            <Text>Your team cannot be loaded right now.</Text>
            <Button variant="default" size="xs" onClick={() => void refetch()}>
              Try again
            </Button>
          </Group>
        )}
        {!data && !isError && <Skeleton h={40} />}
        {data && (
          <ul className="members">
            {data.items.map(({ subject, role, joinedAt }) => (
              <li key={subject}>
                <Avatar color="larkspur" radius="xl" size={36} alt="" name={nameOf(subject, user)} />
                <span>
                  <Text component="span" fw={500}>
                    {nameOf(subject, user)}
                  </Text>
                  <Text component="span" c="dimmed" size="sm">
                    {role}, since {date.format(new Date(joinedAt))}
                  </Text>
                </span>
              </li>
            ))}
          </ul>
        )}
        {isComplete && <InviteLink invitation={invitation} />}
      </Card>
    </section>
  );
}

/** The service knows people by their subject only: names are the product's, and Larkspur keeps none. */
const nameOf = (subject: string, user: { readonly sub?: string; readonly email?: string } | undefined): string =>
  subject === user?.sub ? (user.email ?? 'You') : `Colleague ${subject.slice(-4)}`;

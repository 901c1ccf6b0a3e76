import { useAuth0 } from '@auth0/auth0-react';
import { useTenants } from '@foothold/react';
import { Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { tour, useTour } from '../flows.js';
import { Refusals } from '../shell/Refusals.js';
import { Projects } from './Projects.js';
import { Team } from './Team.js';
import { TourCard } from './TourCard.js';
import { useInvitation } from './useInvitation.js';

/** The product, for people whose workspace is set up. */
export function HomePage(): ReactElement {
  const { user } = useAuth0();
  const { current } = useTenants();
  const { steps, isComplete } = useTour();
  const invitation = useInvitation();
  const name = steps.find(({ key }) => key === 'profile')?.data['displayName'];
  return (
    <div className="home">
      <div>
        <Title order={1} size="h2">
          Welcome{typeof name === 'string' ? `, ${name}` : ''}
        </Title>
        <Text c="dimmed">{current?.name ?? user?.email}</Text>
      </div>
      <Refusals flow={tour} />
      {isComplete === false && <TourCard invitation={invitation} />}
      <Projects />
      <Team invitation={invitation} />
    </div>
  );
}

import { useOnboardingClient, type Source } from '@foothold/react';
import { Text } from '@mantine/core';
import { useSyncExternalStore, type ReactElement, type ReactNode } from 'react';
import { tour, useTour, useWorkspace, workspace } from '../flows.js';
import { Icon, type IconName } from '../icons.js';
import { network, type Trip } from '../network.js';
import type { ThreeLevels } from './backstage.js';
import { useLevels } from './useLevels.js';

/** Browser, database and Auth0 with what each holds, and the data on its way between them. */
export function LevelCards(): ReactElement {
  const levels = useLevels();
  const trip = useSyncExternalStore(network.subscribe, network.lastTrip);
  const { source } = useWorkspace();
  const mirror = levels?.database?.mirror;
  const isSending = mirror ? mirror.wanted > mirror.mirrored : false;
  return (
    <div className="level-cards" role="group" aria-label="Three levels">
      <BrowserLevel answered={source} />
      <Way trip={trip} />
      <DatabaseCard levels={levels} answered={source} />
      <div className="way" data-sending={isSending || undefined} aria-hidden="true">
        <span className="way-name">{isSending ? 'mirror on its way' : 'mirror'}</span>
        {isSending && <span className="packet" />}
      </div>
      <Auth0Card levels={levels} answered={source} />
    </div>
  );
}

/** The newest request: a dot that travels down, and comes back in the colour of what became of it. */
function Way({ trip }: { readonly trip: Trip | null }): ReactElement {
  return (
    <div className="way" aria-hidden="true">
      <span className="way-name">{trip ? `${trip.kind} ${OUTCOMES[trip.outcome]}` : 'service'}</span>
      {trip && <span key={`${trip.id}-${trip.outcome}`} className="packet" data-outcome={trip.outcome} />}
    </div>
  );
}

const OUTCOMES: Readonly<Record<Trip['outcome'], string>> = {
  under_way: 'on its way',
  answered: 'answered',
  refused: 'refused',
  failed: 'without an answer',
};

interface LevelProps {
  readonly icon: IconName;
  readonly name: string;
  readonly state: 'fine' | 'waiting' | 'down';
  readonly words: string;
  readonly answered: boolean;
  readonly children: ReactNode;
}

function Level({ icon, name, state, words, answered, children }: LevelProps): ReactElement {
  return (
    <section className="level" data-state={state} data-answered={answered || undefined} aria-label={name}>
      <div className="level-head">
        <Icon name={icon} size={18} />
        <b>{name}</b>
        <span className="level-state">
          <i aria-hidden="true" />
          {answered && state === 'fine' ? 'answered last' : words}
        </span>
      </div>
      {children}
    </section>
  );
}

const Fact = ({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactElement => (
  <div className="fact">
    <span>{label}</span>
    <b>{children}</b>
  </div>
);

function BrowserLevel({ answered }: { readonly answered: Source }): ReactElement {
  const client = useOnboardingClient();
  const setUp = useWorkspace();
  const steps = useTour();
  const { operations } = client.inspect() as {
    readonly operations: ReadonlyArray<{ id: string; step: string; action: string }>;
  };
  const isDown = setUp.degradedReason === 'offline';
  const waiting = operations.length;
  return (
    <Level
      icon="browser"
      name="This browser"
      state={isDown ? 'down' : waiting ? 'waiting' : 'fine'}
      words={isDown ? 'offline' : waiting ? `${waiting} queued` : 'in step'}
      answered={answered === 'cache'}
    >
      <Fact label="Set-up">{shown(setUp)}</Fact>
      <Fact label="Tour">{shown(steps)}</Fact>
      {waiting > 0 && (
        <ul className="queue" aria-label="Queued">
          {operations.slice(0, 4).map(({ id, step, action }) => (
            <li key={id}>
              {action} {step}
            </li>
          ))}
        </ul>
      )}
    </Level>
  );
}

interface Shown {
  readonly revision: number | null;
  readonly source: Source;
  readonly pendingWrites: number;
}

const shown = ({ revision, source, pendingWrites }: Shown): string =>
  revision === null
    ? 'nothing yet'
    : `revision ${revision}${pendingWrites ? ` + ${pendingWrites}` : ''}, from ${source}`;

interface CardProps {
  readonly levels: ThreeLevels | undefined;
  readonly answered: Source;
}

function DatabaseCard({ levels, answered }: CardProps): ReactElement {
  const database = levels?.database;
  const isDown = database === null;
  const flowOf = (key: string): string => {
    const held = database?.flows[key];
    return held ? `revision ${held.revision}, ${held.history} in history` : 'nothing yet';
  };
  return (
    <Level
      icon="database"
      name="PostgreSQL"
      state={isDown ? 'down' : 'fine'}
      words={isDown ? 'down' : 'the truth'}
      answered={answered === 'database'}
    >
      {isDown ? (
        <Text size="sm">Stopped. Nobody can say anything new.</Text>
      ) : (
        <>
          <Fact label="Set-up">{flowOf(workspace.key)}</Fact>
          <Fact label="Tour">{flowOf(tour.key)}</Fact>
        </>
      )}
    </Level>
  );
}

function Auth0Card({ levels, answered }: CardProps): ReactElement {
  const mirror = levels?.auth0.mirror;
  const fault = levels?.auth0.faults[0];
  const wanted = levels?.database?.mirror;
  const behind = wanted ? wanted.wanted - wanted.mirrored : 0;
  const flowOf = (key: string): string => {
    const held = mirror?.f[key];
    return held ? `revision ${held.r}, ${STATUS_WORDS[held.s] ?? held.s}` : 'nothing yet';
  };
  return (
    <Level
      icon="cloud"
      name="Auth0"
      state={fault ? 'down' : behind > 0 ? 'waiting' : 'fine'}
      words={fault ? (FAULT_WORDS[fault] ?? fault) : behind > 0 ? `${behind} behind` : 'mirrored'}
      answered={answered === 'auth0'}
    >
      <Fact label="Set-up">{flowOf(workspace.key)}</Fact>
      <Fact label="Tour">{flowOf(tour.key)}</Fact>
      {behind > 0 && wanted?.lastError && <Text size="xs">Trying again: {wanted.lastError}</Text>}
    </Level>
  );
}

const FAULT_WORDS: Readonly<Record<string, string>> = { rate_limited: 'rate limited', hang: 'hangs' };
const STATUS_WORDS: Readonly<Record<string, string>> = { n: 'not started', i: 'in progress', c: 'completed' };

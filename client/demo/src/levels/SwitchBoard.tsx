import { useAuth0 } from '@auth0/auth0-react';
import { Button, Group, SegmentedControl, Switch, Text } from '@mantine/core';
import { useSyncExternalStore, type ReactElement } from 'react';
import { Icon } from '../icons.js';
import { network } from '../network.js';
import type { Auth0State } from './backstage.js';
import { useSwitches } from './useSwitches.js';

/** Breaks things, one at a time or all at once. */
export function SwitchBoard(): ReactElement {
  const { switches, problem, turn } = useSwitches();
  const { offline, slow } = useSyncExternalStore(network.subscribe, network.get);
  return (
    <section className="switches" aria-label="Break things">
      <Switch
        label="Database down"
        description="Really stops PostgreSQL"
        checked={switches?.database === false}
        onChange={({ currentTarget }) => turn({ database: !currentTarget.checked })}
      />
      <Switch
        label="Offline"
        description="Cuts this tab off the service"
        checked={offline}
        onChange={({ currentTarget }) => network.set({ offline: currentTarget.checked })}
      />
      <Switch
        label="Slow network"
        description="Each request takes 2.5 s longer"
        checked={slow}
        onChange={({ currentTarget }) => network.set({ slow: currentTarget.checked })}
      />
      <Switch
        label="Provisioning fails"
        description="Unplugs the disk for workspaces"
        checked={switches?.disk === false}
        onChange={({ currentTarget }) => turn({ disk: !currentTarget.checked })}
      />
      <Auth0Switch state={switches?.auth0 ?? 'fine'} turn={(auth0) => turn({ auth0 })} />
      {problem && (
        <Text role="alert" size="sm" c="var(--mantine-color-error)">
          {problem}
        </Text>
      )}
      <Group gap="xs">
        <SecondDevice />
        <Button
          variant="default"
          size="xs"
          onClick={() => {
            localStorage.clear();
            sessionStorage.clear();
            location.reload();
          }}
        >
          Clear this browser
        </Button>
      </Group>
    </section>
  );
}

const AUTH0_STATES: ReadonlyArray<{ readonly value: Auth0State; readonly label: string }> = [
  { value: 'fine', label: 'Fine' },
  { value: 'rate_limited', label: '429' },
  { value: 'hang', label: 'Hangs' },
];

interface Auth0SwitchProps {
  readonly state: Auth0State;
  readonly turn: (state: Auth0State) => void;
}

function Auth0Switch({ state, turn }: Auth0SwitchProps): ReactElement {
  return (
    <div className="switch-row">
      <Text size="sm" id="auth0-fault">
        Auth0’s Management API
      </Text>
      <SegmentedControl
        size="xs"
        aria-labelledby="auth0-fault"
        data={[...AUTH0_STATES]}
        value={state}
        onChange={turn}
      />
    </div>
  );
}

/** The page on this machine's other name: another origin, so nothing of this browser is known there. */
function SecondDevice(): ReactElement {
  const { user } = useAuth0();
  const other = new URL('/demo/', location.href);
  other.hostname = location.hostname === 'localhost' ? '127.0.0.1' : 'localhost';
  if (user?.email) other.searchParams.set('as', user.email);
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<Icon name="phone" size={16} />}
      onClick={() => window.open(other, 'second-device', 'popup,width=420,height=860')}
    >
      Second device
    </Button>
  );
}

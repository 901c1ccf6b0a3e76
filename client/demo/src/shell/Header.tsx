import { useAuth0 } from '@auth0/auth0-react';
import { useSignOut } from '@foothold/react';
import { ActionIcon, Avatar, Button, Menu, Text, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import type { ReactElement } from 'react';
import { Icon } from '../icons.js';
import { HOME } from '../settings.js';
import { SaveState } from './SaveState.js';
import { TenantMenu } from './TenantMenu.js';

export interface HeaderProps {
  readonly isPanelOpen: boolean;
  readonly togglePanel: () => void;
}

export function Header({ isPanelOpen, togglePanel }: HeaderProps): ReactElement {
  const { user } = useAuth0();
  return (
    <header className="header">
      <span className="brand">
        <svg width="26" height="26" viewBox="0 0 24 24" aria-hidden="true">
          <rect width="24" height="24" rx="7" fill="var(--mantine-primary-color-filled)" />
          <path
            d="M8 6v11h8.5"
            fill="none"
            stroke="#fff"
            strokeWidth="2.6"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </svg>
        <span className="brand-name">Larkspur</span>
      </span>
      {user && <TenantMenu />}
      <span className="spacer" />
      {user && <SaveState />}
      <Button
        variant="default"
        size="sm"
        className="panel-button"
        leftSection={<Icon name="layers" size={18} />}
        aria-expanded={isPanelOpen}
        onClick={togglePanel}
      >
        <span className="panel-button-text">Under the hood</span>
      </Button>
      <ColorSchemeButton />
      {user && <PersonMenu name={user.email ?? user.sub ?? ''} />}
    </header>
  );
}

function ColorSchemeButton(): ReactElement {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const other = scheme === 'light' ? 'dark' : 'light';
  return (
    <ActionIcon variant="default" size={36} aria-label={`Use ${other} colours`} onClick={() => setColorScheme(other)}>
      <Icon name={other === 'dark' ? 'moon' : 'sun'} />
    </ActionIcon>
  );
}

function PersonMenu({ name }: { readonly name: string }): ReactElement {
  const { logout } = useAuth0();
  const signOut = useSignOut();
  const leave = (): void => void signOut(() => logout({ logoutParams: { returnTo: HOME } }));
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <ActionIcon variant="transparent" size={36} aria-label={`Account of ${name}`}>
          <Avatar color="larkspur" variant="filled" radius="xl" size={34} alt="">
            {name.charAt(0).toUpperCase()}
          </Avatar>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Text px="sm" py={6} size="sm" fw={500} truncate>
          {name}
        </Text>
        <Menu.Divider />
        <Menu.Item onClick={leave}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

import { useTenants } from '@foothold/react';
import { Button, Menu } from '@mantine/core';
import type { ReactElement } from 'react';
import { Icon } from '../icons.js';

/** Where the person works, and a way to the others. */
export function TenantMenu(): ReactElement | null {
  const { tenants, current, select } = useTenants();
  if (!current) return null;
  if (tenants.length < 2) return <span className="tenant">{current.name}</span>;
  return (
    <Menu position="bottom-start" width={240}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          size="compact-md"
          className="tenant"
          rightSection={<Icon name="chevron" size={16} />}
          aria-label={`Workspace: ${current.name}. Switch`}
        >
          {current.name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Workspaces</Menu.Label>
        {tenants.map(({ id, name, role }) => (
          <Menu.Item
            key={id}
            aria-current={id === current.id || undefined}
            rightSection={id === current.id ? <Icon name="check" size={16} /> : role}
            onClick={() => select(id)}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

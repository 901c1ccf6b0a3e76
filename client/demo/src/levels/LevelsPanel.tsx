import { CloseButton, Drawer, Group, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { LevelCards } from './LevelCards.js';
import { SwitchBoard } from './SwitchBoard.js';

const TITLE = 'Under the hood';

/** Beside the product, where there is room. */
export function LevelsPanel(): ReactElement {
  return (
    <aside className="levels" aria-label={TITLE}>
      <Title order={2} size="h4">
        {TITLE}
      </Title>
      <Panel />
    </aside>
  );
}

interface LevelsDrawerProps {
  readonly isOpen: boolean;
  readonly close: () => void;
}

/** Over the product, on a phone. */
export function LevelsDrawer({ isOpen, close }: LevelsDrawerProps): ReactElement {
  return (
    <Drawer.Root opened={isOpen} onClose={close} position="bottom" size="85%">
      <Drawer.Overlay />
      <Drawer.Content className="levels-drawer" aria-label={TITLE}>
        <Drawer.Body pt="md">
          {/* The library's own head is a second banner of the page. */}
          <Group justify="space-between">
            <Title order={2} size="h4">
              {TITLE}
            </Title>
            <CloseButton aria-label="Close" onClick={close} />
          </Group>
          <Panel />
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

function Panel(): ReactElement {
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        Your progress lives on three levels. Break one, and see what a person sees.
      </Text>
      <LevelCards />
      <SwitchBoard />
    </>
  );
}

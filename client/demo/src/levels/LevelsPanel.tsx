import { Drawer, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { LevelCards } from './LevelCards.js';
import { SwitchBoard } from './SwitchBoard.js';

/** Beside the product, where there is room. */
export function LevelsPanel(): ReactElement {
  return (
    <aside className="levels" aria-label="Under the hood">
      <Title order={2} size="h4">
        Under the hood
      </Title>
      <Panel />
    </aside>
  );
}

/** Over the product, on a phone. */
export function LevelsDrawer({
  isOpen,
  close,
}: {
  readonly isOpen: boolean;
  readonly close: () => void;
}): ReactElement {
  return (
    <Drawer
      opened={isOpen}
      onClose={close}
      position="bottom"
      size="85%"
      title="Under the hood"
      closeButtonProps={{ 'aria-label': 'Close' }}
      classNames={{ content: 'levels-drawer' }}
    >
      <Panel />
    </Drawer>
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

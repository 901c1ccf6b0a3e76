import { Button, CopyButton, Text, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import { Icon } from '../icons.js';
import type { Invitation } from './useInvitation.js';

export interface InviteLinkProps {
  readonly invitation: Invitation;
  /** Called when there is a link. */
  readonly made?: () => void;
}

export function InviteLink({ invitation, made }: InviteLinkProps): ReactElement {
  const { isAllowed, link, problem, isMaking, make } = invitation;
  if (!isAllowed) return <Text c="dimmed">Owners and admins of the workspace invite people.</Text>;
  if (link) {
    return (
      <div className="invitation">
        <TextInput
          label="Invitation link, good for one person"
          readOnly
          value={link}
          onFocus={({ target }) => target.select()}
        />
        <CopyButton value={link}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy link'}
            </Button>
          )}
        </CopyButton>
      </div>
    );
  }
  return (
    <div>
      <Button
        variant="light"
        leftSection={<Icon name="plus" size={18} />}
        loading={isMaking}
        onClick={() => void make().then((isMade) => isMade && made?.())}
      >
        Make an invitation link
      </Button>
      {problem && (
        <Text role="alert" c="var(--mantine-color-error)" size="sm" mt="xs">
          {problem}
        </Text>
      )}
    </div>
  );
}

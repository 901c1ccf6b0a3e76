import { useAuth0 } from '@auth0/auth0-react';
import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { Icon, type IconName } from './icons.js';
import { Problem } from './shell/Problem.js';

const FEATURES: ReadonlyArray<readonly [icon: IconName, title: string, text: string]> = [
  ['folder', 'Every project, one page', 'Goals, owners and dates where everybody looks anyway.'],
  ['users', 'Guests are welcome', 'Invite a client with a link. They see their project and nothing else.'],
  ['check', 'Done means done', 'Progress that updates itself, so that status meetings can end early.'],
];

/** Read before the kit takes the invitation out of the address. */
const isInvited = new URLSearchParams(location.search).has('invitation');
/** A second device is opened for somebody. */
const LOGIN_HINT = new URLSearchParams(location.search).get('as') ?? undefined;

export function LandingPage({ startMinute }: { readonly startMinute: () => void }): ReactElement {
  const { loginWithRedirect, error } = useAuth0();
  const logIn = (hint?: 'signup'): void =>
    void loginWithRedirect({ authorizationParams: { screen_hint: hint, login_hint: LOGIN_HINT } });
  return (
    <div className="landing" data-gate="landing">
      {error && <Problem title="That login did not work">{error.message}. Please try again.</Problem>}
      {isInvited && (
        <Alert icon={<Icon name="users" />} title="You are invited to a workspace">
          Log in or sign up to join it. There is nothing to set up: your colleagues have done that.
        </Alert>
      )}
      <Stack gap="lg" className="hero">
        <Text className="eyebrow">Projects for small teams</Text>
        <Title order={1} className="headline">
          Plan together.
          <br />
          Finish on Friday.
        </Title>
        <Text size="lg" c="dimmed" maw={520}>
          Larkspur keeps your team’s projects in one calm place, so that everybody knows what is next and nobody has to
          ask.
        </Text>
        <Group gap="sm">
          <Button size="md" onClick={() => logIn('signup')}>
            Start for free
          </Button>
          <Button size="md" variant="default" onClick={() => logIn()}>
            Log in
          </Button>
          <Button size="md" variant="subtle" leftSection={<Icon name="play" size={18} />} onClick={startMinute}>
            See it break, in a minute
          </Button>
        </Group>
      </Stack>
      <Preview />
      <ul className="features">
        {FEATURES.map(([icon, title, text]) => (
          <li key={title}>
            <span className="feature-icon">
              <Icon name={icon} />
            </span>
            <Title order={2} size="h5">
              {title}
            </Title>
            <Text c="dimmed">{text}</Text>
          </li>
        ))}
      </ul>
      <Text c="dimmed" size="sm" className="fiction">
        Larkspur is a fictional product on Foothold. Sign up with any e-mail address, or log in as a demo person:
        nothing leaves this machine.
      </Text>
    </div>
  );
}

const COLUMNS: ReadonlyArray<readonly [title: string, cards: readonly string[]]> = [
  ['Next', ['Pricing page', 'Write the handbook']],
  ['Doing', ['Spring launch', 'Customer interviews']],
  ['Done', ['Brand refresh']],
];

/** A picture of the product. */
function Preview(): ReactElement {
  return (
    <div className="preview" aria-hidden="true">
      {COLUMNS.map(([title, cards]) => (
        <div key={title} className="preview-column">
          <span>{title}</span>
          {cards.map((card, index) => (
            <div key={card} className="preview-card" data-done={title === 'Done' || undefined}>
              <b>{card}</b>
              <i style={{ width: `${title === 'Done' ? 100 : 30 + index * 35}%` }} />
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

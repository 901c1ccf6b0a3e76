import { useAuth0 } from '@auth0/auth0-react';
import { OnboardingProvider, ProgressBar, Stepper } from '@foothold/react';
import { TestService } from '@foothold/react/testing';
import { Button, CloseButton, Group, Text, Title } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState, type ReactElement, type ReactNode } from 'react';
import { useTour, useWorkspace } from '../flows.js';
import { useSwitches } from '../levels/useSwitches.js';
import { minute, useMinuteFlow, type MinuteStep } from './minute.flow.js';

export interface GuidedMinuteProps {
  readonly end: () => void;
}

/** Breaks the database and lets the person see that nothing is lost. Its own progress lives in this page only. */
export default function GuidedMinute({ end }: GuidedMinuteProps): ReactElement {
  const [service] = useState(() => new TestService({ flows: [minute] }));
  const [queryClient] = useState(() => new QueryClient());
  const { happened, action } = useHappenings();
  return (
    <aside className="minute" aria-label="The guided minute">
      <QueryClientProvider client={queryClient}>
        <OnboardingProvider {...service.providerProps}>
          <Steps happened={happened} action={action} end={end} />
        </OnboardingProvider>
      </QueryClientProvider>
    </aside>
  );
}

interface Happenings {
  /** What is so now, in the product. */
  readonly happened: Readonly<Record<MinuteStep, boolean>>;
  /** A button that does the step for those who do not look for the switch. */
  readonly action: Partial<Record<MinuteStep, ReactNode>>;
}

function useHappenings(): Happenings {
  const { user, loginWithRedirect } = useAuth0();
  const { switches, turn } = useSwitches();
  const setUp = useWorkspace();
  const steps = useTour();
  const isDown = switches?.database === false;
  const pending = setUp.pendingWrites + steps.pendingWrites;
  return {
    happened: {
      sign_up: user !== undefined && setUp.status !== 'unknown',
      break_it: isDown,
      go_on: isDown && pending > 0,
      mend_it: switches?.database === true,
      nothing_lost: switches?.database === true && pending === 0 && setUp.source === 'database',
    },
    action: {
      sign_up: (
        <Button size="xs" onClick={() => void loginWithRedirect({ authorizationParams: { screen_hint: 'signup' } })}>
          Sign up
        </Button>
      ),
      break_it: (
        <Button size="xs" color="red.9" onClick={() => turn({ database: false })}>
          Stop the database
        </Button>
      ),
      mend_it: (
        <Button size="xs" onClick={() => turn({ database: true })}>
          Start the database
        </Button>
      ),
    },
  };
}

const TEXTS: Readonly<Record<MinuteStep, string>> = {
  sign_up: 'Any e-mail address will do. It stays on this machine.',
  break_it: 'The real one: PostgreSQL is stopped while you are in the middle of your onboarding.',
  go_on: 'Fill something in and press on. It is kept in this browser, and you can even reload the page.',
  mend_it: 'What you did waits in the queue. Nobody has to do it again.',
  nothing_lost: 'What you did is on its way. It counts exactly once.',
};

function Steps({ happened, action, end }: Happenings & GuidedMinuteProps): ReactElement {
  const { currentStep, complete, isComplete } = useMinuteFlow();
  const isNext = currentStep !== null && happened[currentStep];
  useEffect(() => {
    if (isNext) void complete(currentStep);
  }, [isNext, currentStep, complete]);
  return (
    <>
      <Group justify="space-between" wrap="nowrap" mb={6}>
        <Text size="xs" fw={600} className="eyebrow">
          The guided minute
        </Text>
        <CloseButton size="sm" aria-label="End the guided minute" onClick={end} />
      </Group>
      <ProgressBar flow={minute} label="The guided minute" className="progress">
        {(progress) => <span style={{ width: `${progress?.percent ?? 0}%` }} />}
      </ProgressBar>
      <Stepper flow={minute} label="Steps of the guided minute" className="minute-steps">
        {(current) =>
          current && (
            <>
              <Title order={2} size="h5">
                {current.step.title}
              </Title>
              <Text size="sm" c="dimmed" mb="sm">
                {TEXTS[current.step.key]}
              </Text>
              {action[current.step.key]}
            </>
          )
        }
      </Stepper>
      {isComplete && (
        <>
          <Title order={2} size="h5">
            Nothing was lost
          </Title>
          <Text size="sm" c="dimmed" mb="sm">
            One outage, one queue, and each step counted once. There is more to break under the hood.
          </Text>
          <Button size="xs" variant="default" onClick={end}>
            Done
          </Button>
        </>
      )}
    </>
  );
}

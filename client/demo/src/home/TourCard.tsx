import { Checklist, ProgressBar, type StepItem } from '@foothold/react';
import { Button, Card, Group, Text, TextInput, Title } from '@mantine/core';
import type { FormEvent, ReactElement } from 'react';
import { tour, useTour, useTourStep } from '../flows.js';
import { Icon } from '../icons.js';
import { useDraft } from '../setup/useDraft.js';
import { InviteLink } from './InviteLink.js';
import type { Invitation } from './useInvitation.js';

/** What each member does once for themselves: a checklist in the product. */
export function TourCard({ invitation }: { readonly invitation: Invitation }): ReactElement {
  const { progress } = useTour();
  return (
    <Card withBorder padding="xl" component="section" aria-label="Get started">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          Get started
        </Title>
        <Text c="dimmed" size="sm">
          {progress?.done} of {progress?.total} done
        </Text>
      </Group>
      <ProgressBar flow={tour} label="Your first steps" className="progress">
        {(done) => <span style={{ width: `${done?.percent ?? 0}%` }} />}
      </ProgressBar>
      <Checklist flow={tour} label="First steps" className="checklist">
        {(item) => <TourStep item={item} invitation={invitation} />}
      </Checklist>
    </Card>
  );
}

type TourKey = 'profile' | 'first_project' | 'invite_teammates';

interface TourStepProps {
  readonly item: StepItem<TourKey>;
  readonly invitation: Invitation;
}

function TourStep({ item, invitation }: TourStepProps): ReactElement {
  const { step, isCurrent, buttonProps } = item;
  const isDone = step.status === 'completed' || step.status === 'skipped';
  return (
    <>
      <span className="marker-dot" aria-hidden="true">
        {isDone ? <Icon name="check" size={16} /> : item.position}
      </span>
      <div className="checklist-body">
        <Group justify="space-between" wrap="nowrap" mih={30}>
          <Text fw={isCurrent ? 600 : 500} c={isDone ? 'dimmed' : undefined}>
            {step.title}
            <span className="visually-hidden">{isDone ? `, ${step.status}` : ''}</span>
          </Text>
          {isDone && (
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              {...buttonProps('reopen')}
              aria-label={`Redo: ${step.title}`}
            >
              Redo
            </Button>
          )}
        </Group>
        {isCurrent && <StepForm item={item} invitation={invitation} />}
      </div>
    </>
  );
}

function StepForm({ item, invitation }: TourStepProps): ReactElement {
  const { key } = item.step;
  if (key === 'profile') return <TextStep step="profile" field="displayName" label="Your name" button="Save profile" />;
  if (key === 'first_project')
    return <TextStep step="first_project" field="projectName" label="Project name" button="Create project" />;
  return <InviteStep item={item} invitation={invitation} />;
}

interface TextStepProps {
  readonly step: 'profile' | 'first_project';
  readonly field: string;
  readonly label: string;
  readonly button: string;
}

function TextStep({ step, field, label, button }: TextStepProps): ReactElement {
  const { values, change, submit } = useDraft(useTourStep(step), [field]);
  const value = values[field]?.trim() ?? '';
  const proceed = (event: FormEvent): void => {
    event.preventDefault();
    if (value) void submit({ [field]: value });
  };
  return (
    <form className="inline-form" onSubmit={proceed}>
      <TextInput
        label={label}
        required
        maxLength={200}
        autoComplete={step === 'profile' ? 'name' : 'off'}
        value={values[field] ?? ''}
        onChange={({ currentTarget }) => change(field, currentTarget.value)}
      />
      <Button type="submit">{button}</Button>
    </form>
  );
}

function InviteStep({ item, invitation }: TourStepProps): ReactElement {
  const { complete } = useTourStep('invite_teammates');
  return (
    <div className="inline-form">
      <InviteLink invitation={invitation} made={() => void complete()} />
      <Button variant="subtle" color="gray" {...item.buttonProps('skip')}>
        Not now
      </Button>
    </div>
  );
}

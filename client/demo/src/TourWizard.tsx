import { Checklist, Stepper } from '@foothold/react';
import { useState, type FormEvent, type ReactElement } from 'react';
import { tour, useTour, useTourStep } from './flows.js';

/** What a person does first: one form at a time, and the list of all of them. */
export function TourWizard(): ReactElement {
  const { rejected, dismiss } = useTour();
  return (
    <section aria-label="Tour">
      <Stepper flow={tour} label="Steps of the tour">
        {(current) => {
          if (current === null) return <p>Nothing to do</p>;
          if (current.step.key === 'profile') return <ProfileForm />;
          return (
            <p>
              <button {...current.buttonProps('complete')}>{current.step.title}</button>{' '}
              {current.step.optional && <button {...current.buttonProps('skip')}>Skip</button>}
            </p>
          );
        }}
      </Stepper>
      <Checklist flow={tour} label="All steps">
        {({ step, buttonProps }) => (
          <>
            {step.title}: {step.status}{' '}
            {step.status === 'completed' && <button {...buttonProps('reopen')}>Again</button>}
          </>
        )}
      </Checklist>
      {rejected.map(({ id, step, detail, code }) => (
        <p key={id} role="alert">
          {step}: {detail ?? code}{' '}
          <button type="button" onClick={() => dismiss(id)}>
            Dismiss
          </button>
        </p>
      ))}
    </section>
  );
}

/** Kept while it is typed, so that a half-filled form survives. */
function ProfileForm(): ReactElement {
  const { step, save, complete } = useTourStep('profile');
  const stored = step?.data['displayName'];
  const [name, setName] = useState(typeof stored === 'string' ? stored : '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void complete(name ? { displayName: name } : undefined);
  };
  return (
    <form onSubmit={submit}>
      <label>
        Your name{' '}
        <input
          value={name}
          onChange={({ target }) => setName(target.value)}
          onBlur={() => name && name !== stored && void save({ displayName: name })}
        />
      </label>{' '}
      <button type="submit">Save and go on</button>
    </form>
  );
}

/** @jest-environment jsdom */
import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { Checklist, ProgressBar, RequireOnboarding, Stepper, SyncStatus } from '../../../client/kit/src/index.js';
import type { OnboardingView } from '../../../client/kit/src/core/index.js';
import { TestService } from '../../../client/kit/src/testing/index.js';
import { renderWithService, tour } from './support.js';

afterEach(cleanup);

/** What the service says while its database is down. */
class MirrorAnswers extends TestService {
  isDatabaseDown = true;

  override view(flowKey: string): OnboardingView {
    const view = super.view(flowKey);
    return this.isDatabaseDown ? { ...view, source: 'auth0', degraded: true, allowed: [] } : view;
  }
}

describe('Checklist', () => {
  it('is an ordered list with exactly one current step, and blocked buttons that stay in place', async () => {
    const { settle } = renderWithService(
      <Checklist flow={tour} label="Get started">
        {({ step, buttonProps }) => <button {...buttonProps('complete')}>{step.title}</button>}
      </Checklist>,
    );
    await settle();
    expect(screen.getByRole('list', { name: 'Get started' }).tagName).toBe('OL');
    const items = screen.getAllByRole('listitem');
    expect(items.map((item) => item.getAttribute('aria-current'))).toEqual(['step', null, null]);
    expect(items.map((item) => item.dataset['status'])).toEqual(['pending', 'pending', 'pending']);
    const buttons = screen.getAllByRole('button');
    expect(buttons.map((button) => button.getAttribute('aria-disabled'))).toEqual([null, 'true', 'true']);
    expect(buttons.map((button) => (button as HTMLButtonElement).disabled)).toEqual([false, false, false]);

    fireEvent.click(buttons[1]!);
    fireEvent.click(buttons[0]!);
    await settle();
    expect(screen.getAllByRole('listitem').map((item) => item.getAttribute('aria-current'))).toEqual([
      null,
      'step',
      null,
    ]);
  });
});

describe('a page that a server rendered', () => {
  it('is taken over as it is, and then its buttons say what is possible after the clicks that wait here', async () => {
    const service = new TestService({ flows: [tour] });
    const initialView = service.view('member_tour');
    const list = (
      <Checklist flow={tour} label="Get started">
        {({ step, buttonProps }) => <button {...buttonProps('complete')}>{step.title}</button>}
      </Checklist>
    );
    // As a server renders it: from the view alone.
    const rendered = renderWithService(list, { initialView });
    const page = document.createElement('div');
    page.innerHTML = rendered.container.innerHTML;
    rendered.unmount();
    service.goDown();
    const before = renderWithService(list, { service, initialView });
    fireEvent.click(screen.getByRole('button', { name: 'Complete your profile' }));
    before.unmount();

    const complaints = jest.spyOn(console, 'error');
    document.body.append(page);
    const { settle } = renderWithService(list, { service, initialView, hydrate: page });
    await settle();
    const disabled = screen.getAllByRole('button').map((button) => button.getAttribute('aria-disabled'));
    expect(disabled).toEqual(['true', null, null]);
    expect(complaints).not.toHaveBeenCalled();
    complaints.mockRestore();
  });

  it('is confirmed by the first answer though that tells nothing new: clicks are sent, and the view is kept', async () => {
    const service = new TestService({ flows: [tour] });
    const initialView = service.view('member_tour');
    const { settle } = renderWithService(
      <Stepper flow={tour} label="Progress">
        {(current) => <button {...current?.buttonProps('complete')}>Done</button>}
      </Stepper>,
      { service, initialView },
    );
    await settle();
    const kept = Array.from({ length: service.storage.length }, (_, index) => service.storage.key(index));
    expect(kept.filter((key) => key?.includes(':v:'))).toHaveLength(1);
    fireEvent.click(screen.getByRole('button'));
    await settle();
    const clicks = service.requests.filter(({ path }) => path.endsWith('/transitions'));
    expect(clicks).toMatchObject([{ body: { step: 'profile', action: 'complete' } }]);
  });
});

describe('ProgressBar', () => {
  it('has no value while nothing is known, then tells it in numbers and in words', async () => {
    const service = new TestService({ flows: [tour] });
    service.goDown();
    const { settle } = renderWithService(<ProgressBar flow={tour} label="Onboarding" />, { service });
    const bar = screen.getByRole('progressbar', { name: 'Onboarding' });
    await settle();
    expect(bar.hasAttribute('aria-valuenow')).toBe(false);
    service.comeBack();
    service.move('member_tour', 'profile', 'complete');
    await act(() => service.clock.advance(120_000));
    const valuesOf = ['min', 'max', 'now', 'text'].map((name) => bar.getAttribute(`aria-value${name}`));
    expect(valuesOf).toEqual(['0', '3', '1', '1 of 3 steps']);
  });
});

describe('Stepper', () => {
  it('shows the form of the step to do next, and reads out changes only after it has loaded', async () => {
    const { service, settle, container } = renderWithService(
      <Stepper flow={tour} label="Progress">
        {(current) => <button {...current?.buttonProps('complete')}>{`do ${current?.step.key}`}</button>}
      </Stepper>,
    );
    expect(container.innerHTML).toBe('');
    const liveness: (string | null)[] = [];
    const observer = new MutationObserver(() => {
      liveness.push(container.querySelector('[aria-live]')?.getAttribute('aria-live') ?? null);
    });
    observer.observe(container, { childList: true, subtree: true });
    await settle();
    observer.disconnect();
    const announcement = container.querySelector('[aria-live]')!;
    expect(announcement.textContent).toBe('Step 1 of 3: Complete your profile');
    expect(announcement.getAttribute('aria-live')).toBe('polite');
    fireEvent.click(screen.getByText('do profile'));
    expect(announcement.textContent).toBe('Step 2 of 3: Create your first project');
    await settle();
    expect(service.view('member_tour').revision).toBe(1);
  });
});

describe('SyncStatus', () => {
  const statusAndSteps = (
    <>
      <SyncStatus flow={tour} />
      <Checklist flow={tour} label="Steps">
        {({ step, buttonProps }) => <button {...buttonProps('complete')}>{step.key}</button>}
      </Checklist>
    </>
  );

  it('tells from saved to saving, offline and rejected', async () => {
    const { service, settle } = renderWithService(statusAndSteps);
    const status = screen.getByRole('status');
    expect(status.dataset['status']).toBe('loading');
    expect(status.getAttribute('aria-live')).toBe('off');
    await settle();
    expect([status.dataset['status'], status.textContent]).toEqual(['saved', 'Saved']);
    expect(status.getAttribute('aria-live')).toBe('polite');

    service.goDown();
    fireEvent.click(screen.getByText('profile'));
    expect(status.dataset['status']).toBe('saving');
    await settle();
    expect(status.textContent).toBe('Offline: 1 change will be sent later');
    service.comeBack();
    service.respondWith(422, 'invalid_request');
    await act(() => service.clock.advance(120_000));
    expect(status.textContent).toBe('Not saved: profile (invalid_request)');
  });

  it('O01: names the steps that the service lost, until they are done again', async () => {
    const { service, settle } = renderWithService(statusAndSteps);
    await settle();
    const status = screen.getByRole('status');
    fireEvent.click(screen.getByText('profile'));
    await settle();
    expect(status.textContent).toBe('Saved');

    service.loseProgress();
    await act(() => service.clock.advance(60_000));
    expect([status.dataset['status'], status.textContent]).toEqual(['lost', 'Lost, to do again: profile']);
    fireEvent.click(screen.getByText('profile'));
    expect(status.dataset['status']).toBe('saving');
    await settle();
    expect(status.textContent).toBe('Saved');
  });

  it('does not say that the service is silent before the service was asked, whatever a token claims', async () => {
    const service = new MirrorAnswers({ flows: [tour] });
    const { settle } = renderWithService(<SyncStatus flow={tour} />, {
      service,
      initialView: service.view('member_tour'),
    });
    const status = screen.getByRole('status');
    expect(status.textContent).toBe('Loading');
    await settle();
    expect(status.textContent).toBe('The service does not answer');
  });
});

describe('RequireOnboarding', () => {
  const gate = (
    <RequireOnboarding flow={tour} fallback="wait" onUnknown="unknown" otherwise="wizard">
      app
    </RequireOnboarding>
  );

  it('waits for the service, then shows the wizard, and the application once all is done', async () => {
    const { service, settle, container } = renderWithService(gate);
    expect(container.textContent).toBe('wait');
    await settle();
    expect(container.textContent).toBe('wizard');
    for (const step of ['profile', 'first_project', 'invite_teammates']) service.move('member_tour', step, 'complete');
    await act(() => service.clock.advance(120_000));
    expect(container.textContent).toBe('app');
  });

  it('waits for the service, too, where this browser keeps nothing', async () => {
    const service = new TestService({ flows: [tour] });
    service.storage.getItem = () => {
      throw new DOMException('Blocked', 'SecurityError');
    };
    const { settle, container } = renderWithService(gate, { service });
    expect(container.textContent).toBe('wait');
    await settle();
    expect(container.textContent).toBe('wizard');
  });

  it('shows neither when only the mirror answers', async () => {
    const service = new MirrorAnswers({ flows: [tour] });
    const { settle, container } = renderWithService(gate, { service });
    await settle();
    expect(container.textContent).toBe('unknown');
    service.isDatabaseDown = false;
    service.move('member_tour', 'profile', 'complete');
    await act(() => service.clock.advance(120_000));
    expect(container.textContent).toBe('wizard');
  });

  it('shows neither when nobody can say, and does not flicker while it tries again', async () => {
    const service = new TestService({ flows: [tour] });
    service.goDown();
    const { settle, container } = renderWithService(gate, { service });
    await settle();
    const seen = new Set<string | null>();
    for (let second = 0; second < 60; second += 1) {
      await act(() => service.clock.advance(1000));
      seen.add(container.textContent);
    }
    expect(seen).toEqual(new Set(['unknown']));
  });
});

/** @jest-environment jsdom */
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Suspense, type ReactElement } from 'react';
import {
  createOnboarding,
  useOnboarding,
  useStep,
  useSuspenseOnboarding,
  useTenants,
  type Onboarding,
  type OnboardingClient,
} from '../../../client/kit/src/index.js';
import { viewQueryKey } from '../../../client/kit/src/react/onboardingQueryOptions.js';
import { useOnboardingClient } from '../../../client/kit/src/react/client-context.js';
import { TestService } from '../../../client/kit/src/testing/index.js';
import { renderWithService, tour } from './support.js';

type Tour = Onboarding<'profile' | 'first_project' | 'invite_teammates'>;

/** Shows the hook's result to the test, once for each render. */
function observed(): { readonly renders: Tour[]; readonly Observer: () => null } {
  const renders: Tour[] = [];
  return {
    renders,
    Observer: () => {
      renders.push(useOnboarding(tour));
      return null;
    },
  };
}

const newest = (renders: readonly Tour[]): Tour => renders.at(-1)!;

afterEach(cleanup);

describe('useOnboarding', () => {
  it('renders twice for a click that is accepted: when it is clicked, and when it is confirmed', async () => {
    const { renders, Observer } = observed();
    const { settle } = renderWithService(<Observer />);
    await settle();
    const before = renders.length;
    let outcome: unknown;
    act(
      () =>
        void newest(renders)
          .complete('profile')
          .then((result) => (outcome = result)),
    );
    expect(newest(renders)).toMatchObject({ currentStep: 'first_project', pendingWrites: 1 });
    await settle();

    expect(outcome).toEqual({ status: 'confirmed' });
    expect(newest(renders)).toMatchObject({ currentStep: 'first_project', pendingWrites: 0, revision: 1 });
    expect(renders.length - before).toBe(2);
  });

  it('gives the same actions on every render', async () => {
    const { renders, Observer } = observed();
    const { settle } = renderWithService(<Observer />);
    await settle();
    await act(async () => void newest(renders).complete('profile'));
    await settle();
    expect(renders.length).toBeGreaterThan(2);
    const actionsOf = ({ start, save, complete, skip, reopen, refetch, dismiss }: Tour) => [
      start,
      save,
      complete,
      skip,
      reopen,
      refetch,
      dismiss,
    ];
    for (const rendered of renders) {
      actionsOf(rendered).forEach((action, index) => expect(action).toBe(actionsOf(renders[0]!)[index]));
    }
  });

  it('starts and stops again in StrictMode, and sends one request for one click', async () => {
    const { renders, Observer } = observed();
    const { service, settle } = renderWithService(<Observer />, { isStrict: true });
    await settle();
    expect(newest(renders)).toMatchObject({ status: 'not_started', source: 'database' });
    await act(async () => void newest(renders).complete('profile'));
    await settle();
    expect(newest(renders)).toMatchObject({ revision: 1, pendingWrites: 0 });
    expect(service.requests.filter(({ path }) => path.endsWith('/transitions'))).toHaveLength(1);
  });

  it('asks nothing any more once it is unmounted', async () => {
    const { renders, Observer } = observed();
    const { service, settle, unmount } = renderWithService(<Observer />);
    service.goDown();
    await settle();
    expect(newest(renders).isDegraded).toBe(true);
    unmount();
    service.comeBack();
    await service.clock.advance(10 * 60_000);
    expect(service.requests).toEqual([]);
  });

  it('keeps clicks while the service is down, and sends them when it is back', async () => {
    const { renders, Observer } = observed();
    const { service, settle } = renderWithService(<Observer />);
    await settle();
    service.goDown();
    let outcome: unknown;
    await act(
      async () =>
        void newest(renders)
          .complete('profile')
          .then((result) => (outcome = result)),
    );
    await settle();
    expect(outcome).toEqual({ status: 'queued' });
    expect(newest(renders)).toMatchObject({ pendingWrites: 1, isDegraded: true, degradedReason: 'offline' });
    service.comeBack();
    await act(() => service.clock.advance(120_000));
    expect(newest(renders)).toMatchObject({ pendingWrites: 0, isDegraded: false, revision: 1 });
  });

  it('tells of a click that the service refused, until it is dismissed', async () => {
    const { renders, Observer } = observed();
    const { service, settle } = renderWithService(<Observer />);
    await settle();
    service.respondWith(422, 'invalid_request');
    await act(async () => void newest(renders).complete('profile'));
    await settle();
    expect(newest(renders)).toMatchObject({ pendingWrites: 0, currentStep: 'profile' });
    expect(newest(renders).rejected).toMatchObject([{ step: 'profile', code: 'invalid_request' }]);
    act(() => newest(renders).dismiss(newest(renders).rejected[0]!.id));
    expect(newest(renders).rejected).toEqual([]);
  });

  it('puts into the query cache what the service confirmed, and never a click', async () => {
    const { renders, Observer } = observed();
    let key: readonly unknown[] = [];
    const Key = (): null => {
      key = viewQueryKey(useOnboardingClient(), tour);
      return null;
    };
    const { service, queryClient, settle } = renderWithService(
      <>
        <Observer />
        <Key />
      </>,
    );
    await settle();
    service.goDown();
    await act(async () => void newest(renders).complete('profile'));
    await settle();
    expect(newest(renders).currentStep).toBe('first_project');
    expect(queryClient.getQueryData(key)).toMatchObject({ revision: 0, currentStep: 'profile' });
    service.comeBack();
    await act(() => service.clock.advance(120_000));
    expect(queryClient.getQueryData(key)).toMatchObject({ revision: 1, currentStep: 'first_project' });
  });

  it('asks again when its query is invalidated', async () => {
    const { renders, Observer } = observed();
    const { service, queryClient, settle } = renderWithService(<Observer />);
    await settle();
    service.move('member_tour', 'profile', 'complete');
    await act(async () => void queryClient.invalidateQueries({ queryKey: ['foothold'] }));
    await settle();
    expect(newest(renders)).toMatchObject({ revision: 1, currentStep: 'first_project' });
  });

  it('says what to do when there is no provider', () => {
    const { Observer } = observed();
    const quiet = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(() => render(<Observer />)).toThrow('No <OnboardingProvider> above this component.');
    quiet.mockRestore();
  });
});

describe('the other hooks', () => {
  it('useStep follows and moves one step', async () => {
    const Profile = (): ReactElement => {
      const { step, isCurrent, can, save, complete } = useStep(tour, 'profile');
      return (
        <>
          <p>{`${step?.status} ${isCurrent} ${can('complete')} ${String(step?.data['displayName'])}`}</p>
          <button onClick={() => void save({ displayName: 'Ada' })}>save</button>
          <button onClick={() => void complete()}>complete</button>
        </>
      );
    };
    const { settle } = renderWithService(<Profile />);
    await settle();
    fireEvent.click(screen.getByText('save'));
    await settle();
    expect(screen.getByText('in_progress true true Ada')).toBeTruthy();
    fireEvent.click(screen.getByText('complete'));
    await settle();
    expect(screen.getByText('completed false false Ada')).toBeTruthy();
  });

  it('useSuspenseOnboarding suspends until something is known', async () => {
    const Status = (): ReactElement => <p>{useSuspenseOnboarding(tour).status}</p>;
    const { settle } = renderWithService(
      <Suspense fallback="waiting">
        <Status />
      </Suspense>,
    );
    expect(screen.getByText('waiting')).toBeTruthy();
    await settle();
    await settle();
    expect(screen.getByText('not_started')).toBeTruthy();
  });

  it('useSuspenseOnboarding waits, and asks nothing, while the person is signed out but the application does not know', async () => {
    let client!: OnboardingClient;
    let renders = 0;
    const Status = (): ReactElement => {
      client = useOnboardingClient();
      renders += 1;
      return <p>{useSuspenseOnboarding(tour).status}</p>;
    };
    const { settle } = renderWithService(
      <Suspense fallback="waiting">
        <Status />
      </Suspense>,
    );
    await settle();
    await settle();
    const { session } = client;
    // As another tab does.
    await act(() => client.signOut());
    renders = 0;
    for (let turn = 0; turn < 20; turn += 1) await settle();
    expect(renders).toBeLessThan(3);
    expect(screen.getByText('waiting')).toBeTruthy();

    act(() => client.setSession({ isLoading: true }));
    act(() => client.setSession(session));
    await settle();
    await settle();
    expect(screen.getByText('not_started')).toBeTruthy();
  });

  it('useTenants tells the tenant', async () => {
    const Name = (): ReactElement => {
      const { status, current } = useTenants();
      return <p>{`${status} ${current?.name}`}</p>;
    };
    const { settle } = renderWithService(<Name />);
    await settle();
    expect(screen.getByText('known Test')).toBeTruthy();
  });

  it('createOnboarding gives hooks that know their flow', async () => {
    const { useOnboarding: useTour, useStep: useTourStep } = createOnboarding(tour);
    const Both = (): ReactElement => <p>{`${useTour().status} ${useTourStep('profile').step?.status}`}</p>;
    const { settle } = renderWithService(<Both />);
    await settle();
    expect(screen.getByText('not_started pending')).toBeTruthy();
  });

  it('the service in memory refuses what the rules refuse', () => {
    const service = new TestService({ flows: [tour] });
    expect(() => service.move('member_tour', 'first_project', 'complete')).toThrow('step_blocked');
  });
});

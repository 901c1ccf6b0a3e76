/** @jest-environment jsdom */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { createOnboardingDevtools } from '../../../client/kit/src/devtools/index.js';
import { defineFlow, OnboardingProvider, useOnboarding, type OnboardingFlow } from '../../../client/kit/src/index.js';
import { TestService } from '../../../client/kit/src/testing/index.js';
import { tour } from './support.js';

/**
 * A page with the panel, on the browser's own storage and network; the network leads to a service in memory, with the
 * right flow. `flow`: how the page has it.
 */
function openPage(flow: OnboardingFlow = tour): TestService {
  const service = new TestService({ flows: [tour] });
  const { environment, ...props } = service.providerProps;
  globalThis.fetch = environment.fetch as typeof fetch;
  const devtools = createOnboardingDevtools();
  const Buttons = () => {
    const { complete, skip } = useOnboarding(flow);
    return (
      <>
        <button onClick={() => void complete('profile')}>Complete profile</button>
        <button onClick={() => void skip('invite_teammates')}>Skip invitations</button>
      </>
    );
  };
  render(
    <QueryClientProvider client={new QueryClient()}>
      <OnboardingProvider {...props} flows={[flow]} environment={devtools.environment}>
        <Buttons />
        <devtools.Panel flows={[flow]} />
      </OnboardingProvider>
    </QueryClientProvider>,
  );
  return service;
}

const click = (name: string): boolean => fireEvent.click(screen.getByRole('button', { name }));
const toggle = (name: string): boolean => fireEvent.click(screen.getByRole('checkbox', { name }));
const says = (text: RegExp): Promise<unknown> => waitFor(() => screen.getByText(text, { selector: 'summary' }));
const known = (): unknown => JSON.parse(screen.getByText(/"session"/, { selector: 'pre' }).textContent);
const kept = (): string[] => Object.keys(localStorage).filter((key) => key.startsWith('foothold:'));
const moves = ({ requests }: TestService): number => requests.filter(({ method }) => method === 'POST').length;

describe('the devtools', () => {
  const { fetch } = globalThis;
  // jsdom's window has none of its own.
  beforeAll(() => Object.assign(globalThis, { Response: { json: forcedResponse } }));
  afterEach(() => {
    cleanup();
    localStorage.clear();
    globalThis.fetch = fetch;
  });

  it('show status, source and revision, and all that is known', async () => {
    openPage();
    await says(/^member_tour: not_started, from database, revision 0, 0 waiting$/);
    expect(known()).toMatchObject({ session: { subject: 'auth0|test' }, operations: [], views: [{ by: 'service' }] });
  });

  it('cut the network, show what waits, and send it once there is one again', async () => {
    const service = openPage();
    await says(/revision 0/);
    toggle('No network');
    click('Complete profile');
    await says(/in_progress, from database, revision 0, 1 waiting, offline$/);
    expect(moves(service)).toBe(0);
    toggle('No network');
    click('Send now');
    await says(/revision 1, 0 waiting$/);
    expect(moves(service)).toBe(1);
  });

  it('refuse the next click, once', async () => {
    const service = openPage();
    await says(/revision 0/);
    toggle('Refuse the next click (409)');
    click('Complete profile');
    await waitFor(() => screen.getByText(/"code": "step_resolved"/));
    expect(moves(service)).toBe(0);
    expect(screen.getByRole<HTMLInputElement>('checkbox', { name: /Refuse/ }).checked).toBe(false);
    click('Complete profile');
    await says(/revision 1, 0 waiting$/);
  });

  it('fill the storage: clicks go out all the same, and it is told', async () => {
    openPage();
    await says(/revision 0/);
    toggle('Storage full');
    click('Complete profile');
    await says(/revision 1, 0 waiting, storage$/);
  });

  it('clear what the browser keeps of the person, also what waits', async () => {
    openPage();
    await says(/revision 0/);
    toggle('No network');
    click('Complete profile');
    await says(/1 waiting/);
    expect(kept().some((key) => key.includes(':q:'))).toBe(true);
    click('Clear what this browser keeps');
    await waitFor(() => expect(kept()).toEqual([]));
    await says(/unknown, from default, revision unknown/);
  });

  it('begin anew after clearing, as on a new device', async () => {
    const { requests } = openPage();
    const reads = (): number => requests.filter(({ path }) => path === '/v1/onboarding/member_tour').length;
    await says(/revision 0/);
    expect(reads()).toBe(1);
    click('Clear what this browser keeps');
    await waitFor(() => expect(reads()).toBe(2));
    await says(/not_started, from database, revision 0, 0 waiting$/);
  });

  it('tell when clicks cannot be predicted, because the flow is not as the service has it', async () => {
    openPage(defineFlow({ key: tour.key, version: tour.version, steps: { profile: {}, first_project: {} } }));
    await says(/revision 0/);
    expect(known()).toMatchObject({ views: [{ isPredicted: false }] });
    cleanup();
    openPage();
    await says(/revision 0/);
    expect(known()).toMatchObject({ views: [{ isPredicted: true }] });
  });
});

/** As `Response.json`, as far as the kit reads it. */
function forcedResponse(body: unknown, { status }: { status: number }) {
  return { status, ok: false, headers: new Map(), text: () => Promise.resolve(JSON.stringify(body)) };
}

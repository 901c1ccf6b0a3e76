import { eventually } from '../../support/eventually.js';
import { newSubject } from '../../support/service.js';
import { choosePlan } from '../../support/workspace.js';
import { answered, failed, KitLab, shown } from './kit-lab.js';
import { KeptStorage, tour, workspace } from './node-tab.js';

let lab: KitLab;

beforeAll(async () => {
  lab = await KitLab.open();
});
afterEach(() => lab.reset());
afterAll(() => lab.close());

describe('the core of the kit, over HTTP', () => {
  it('S18 has stored what it reports as confirmed', async () => {
    const person = lab.service.person();
    const tab = lab.tab(person);
    expect(await tab.client.act(tour, 'complete', 'profile', { displayName: 'Ada' })).toEqual({ status: 'confirmed' });
    const { body } = await person.view('member_tour');
    expect(shown(tab).steps[0]).toMatchObject({ ...body.steps[0], isPending: false });
  });

  it('S03 reports unknown, starts nothing and sends nobody anywhere while the service answers 503', async () => {
    const person = lab.service.person();
    const api = await lab.impostor(person, (_, response) => response.writeHead(503).end());
    const tab = lab.tab(person, { api });
    await failed(tab);
    expect(shown(tab)).toMatchObject({ status: 'unknown', source: 'default', degradedReason: 'backend', steps: [] });
    expect(shown(tab).isComplete).toBeUndefined();
    expect(tab.requests.filter((request) => request.startsWith('POST'))).toEqual([]);
  });

  it('S04 keeps the cache as it was, marked stale, when the token has expired', async () => {
    const person = lab.service.person();
    const storage = new KeptStorage();
    const first = lab.tab(person, { storage });
    await first.client.act(tour, 'complete', 'profile');
    first.close();
    const kept = new Map(storage.entries);
    const expired = lab.service.token(person.subject, { exp: Math.floor(Date.now() / 1000) - 60 });
    const api = { baseUrl: lab.service.url, getToken: () => Promise.resolve(expired) };
    const tab = lab.tab(person, { storage, api });
    await failed(tab);
    expect(shown(tab)).toMatchObject({ source: 'cache', isStale: true, degradedReason: 'auth', revision: 1 });
    expect(storage.entries).toEqual(kept);
  });

  it.each([
    ['an empty object', '{}'],
    ['a page', '<html>Sign in to the Wi-Fi</html>'],
    ['a view without its steps', '{"flow":{"key":"member_tour","version":1},"status":"completed","isComplete":true}'],
  ])('S20 calls %s with status 200 a contract error, and keeps nothing of it', async (_, body) => {
    const person = lab.service.person();
    const api = await lab.impostor(person, (_request, response) => response.writeHead(200).end(body));
    const storage = new KeptStorage();
    const tab = lab.tab(person, { storage, api });
    await failed(tab);
    expect(shown(tab)).toMatchObject({ status: 'unknown', error: { code: 'contract_error' } });
    expect(storage.entries.size).toBe(0);
  });

  it('S34 accepts the invitation in the address once, whatever is reloaded', async () => {
    const calls: string[] = [];
    const person = lab.service.person();
    const api = await lab.impostor(person, (request, response) => {
      calls.push(`${request.method} ${request.url}`);
      const tenant = { id: '7c9e6679-7425-40de-944b-e07fc1f90ae7', name: 'Acme', status: 'active', role: 'member' };
      const isAcceptance = request.url === '/v1/invitations/accept';
      response.writeHead(isAcceptance ? 200 : 503).end(isAcceptance ? JSON.stringify(tenant) : '');
    });
    const storage = new KeptStorage();
    const address: string[] = ['one-time'];
    const environment = { takeInvitation: () => address.pop() ?? null };
    await failed(lab.tab(person, { storage, api, environment }));
    await failed(lab.tab(person, { storage, api, environment }));
    expect(calls[0]).toBe('POST /v1/invitations/accept');
    expect(calls.filter((call) => call.startsWith('POST /v1/invitations'))).toHaveLength(1);
  });

  it('S35 S51 reads, sends and shows nothing of the person who used this browser before', async () => {
    const [ada, grace] = [lab.service.person(), lab.service.person()];
    const storage = new KeptStorage();
    const first = lab.tab(ada, { storage });
    await first.client.act(tour, 'complete', 'profile', { displayName: 'Ada' });
    const adasTenant = (await ada.view('member_tour')).body.tenantId;
    await first.client.signOut();
    expect(JSON.stringify([...storage.entries])).not.toContain('Ada');
    first.client.setSession({ subject: grace.subject });
    expect(shown(first)).toMatchObject({ status: 'unknown', steps: [] });
    first.close();

    const second = lab.tab(grace, { storage });
    await answered(second);
    expect(shown(second)).toMatchObject({ status: 'not_started', revision: 0 });
    expect(second.client.confirmedView(tour)?.tenantId).not.toBe(adasTenant);
  });

  it('sends nothing with the token of somebody else', async () => {
    const [ada, grace] = [lab.service.person(), lab.service.person()];
    const api = { baseUrl: lab.service.url, getToken: () => Promise.resolve(grace.token ?? '') };
    const tab = lab.tab(ada, { api });
    expect(await tab.client.act(tour, 'complete', 'profile')).toEqual({ status: 'queued' });
    expect(tab.requests).toEqual([]);
    expect((await grace.view('member_tour')).body.revision).toBe(0);
  });

  it('S52 shows the cached view until the service has another', async () => {
    const person = lab.service.person();
    const storage = new KeptStorage();
    const first = lab.tab(person, { storage });
    await first.client.act(tour, 'complete', 'profile');
    first.close();
    await person.move({ step: 'profile', action: 'reopen' }, {}, 'member_tour');

    const tab = lab.tab(person, { storage });
    expect(shown(tab)).toMatchObject({ source: 'cache', isStale: true, revision: 1 });
    expect(shown(tab).steps[0]?.status).toBe('completed');
    await answered(tab);
    expect(shown(tab)).toMatchObject({ source: 'database', isStale: false, revision: 2 });
    expect(shown(tab).steps[0]?.status).toBe('pending');
  });

  it('S55 completes a step with a bearer token and no cookie', async () => {
    const person = lab.service.person();
    const seen: (RequestCredentials | undefined)[] = [];
    const tab = lab.tab(person, {
      environment: {
        fetch: (url, init) => {
          seen.push(init.credentials);
          return fetch(url, init);
        },
      },
    });
    expect(await tab.client.act(tour, 'complete', 'profile')).toEqual({ status: 'confirmed' });
    expect(new Set(seen)).toEqual(new Set(['omit']));
  });

  it('applies a click once that was made while the service was away, after a reload', async () => {
    const subject = newSubject();
    const person = lab.service.person(subject);
    const storage = new KeptStorage();
    const environment = { fetch: () => Promise.reject(new TypeError('Failed to fetch')) };
    const away = lab.tab(person, { storage, environment });
    expect(await away.client.act(tour, 'complete', 'profile')).toEqual({ status: 'queued' });
    away.close();

    const tab = lab.tab(person, { storage });
    await eventually(async () => shown(tab).revision === 1 && shown(tab).pendingWrites === 0);
    const { body } = await person.history('', 'member_tour');
    expect(body.items).toHaveLength(1);
  });

  it('shows a failed payment as tried again from the click on, while that waits', async () => {
    const person = lab.service.person();
    const { tenantId } = await choosePlan(person);
    await person.move({ step: 'payment', action: 'start' });
    await (await lab.service.payments()).attest(tenantId, { step: 'payment', outcome: 'failed', message: 'Declined' });
    const { client } = lab.tab(person, {
      environment: {
        fetch: (url, init) =>
          init.method === 'POST' ? Promise.reject(new TypeError('Failed to fetch')) : fetch(url, init),
      },
    });
    await client.fetchView(workspace);
    expect(client.can(workspace, 'start', 'payment')).toBe(true);
    expect(await client.act(workspace, 'start', 'payment')).toEqual({ status: 'queued' });
    expect(client.can(workspace, 'start', 'payment')).toBe(false);
  });

  it('tells the rules’ reason at once when a click is not allowed, and sends nothing', async () => {
    const tab = lab.tab(lab.service.person());
    await answered(tab);
    expect(await tab.client.act(tour, 'complete', 'first_project')).toEqual({
      status: 'rejected',
      code: 'step_blocked',
    });
    expect(tab.requests.filter((request) => request.startsWith('POST'))).toEqual([]);
  });
});

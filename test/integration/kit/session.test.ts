import { browserEnvironment } from '../../../client/kit/src/core/index.js';
import { accept, Administering } from '../../support/administration.js';
import { createTenant } from '../../support/tenants.js';
import { eventually } from '../../support/eventually.js';
import { newSubject } from '../../support/service.js';
import { answered, failed, KitLab, shown } from './kit-lab.js';
import { KeptStorage, tour, type NodeTab } from './node-tab.js';

let lab: KitLab;

beforeAll(async () => {
  lab = await KitLab.open();
});
afterEach(() => lab.reset());
afterAll(() => lab.close());

const withoutPosts: typeof fetch = (url, init) =>
  init?.method === 'POST' ? Promise.reject(new TypeError('offline')) : fetch(url, init);

const operationsIn = ({ entries }: KeptStorage): string[] => [...entries.keys()].filter((key) => key.includes(':q:'));

const page = (hasLoginCookie: boolean) => ({ ...browserEnvironment().page, hasLoginCookie: () => hasLoginCookie });

it('says why the invitation in the address was refused, and goes on as without it', async () => {
  const [owner, first, second] = [lab.service.person(), lab.service.person(), lab.service.person()];
  const tenantId = await createTenant(lab.service, { members: { [owner.subject]: 'owner' } });
  const token = await new Administering(owner, tenantId).token();
  await accept(first, token);
  const tab = lab.tab(second, { environment: { takeInvitation: () => token } });
  await answered(tab);
  await tab.client.loadTenants();
  expect(tab.client.getTenants()).toMatchObject({
    status: 'known',
    invitationError: { code: 'invitation_used', message: expect.stringContaining('ask for a new one') },
  });
  expect(shown(tab)).toMatchObject({ status: 'not_started', error: null });
  tab.client.selectTenant(tab.client.getTenants().current!.id);
  expect(tab.client.getTenants().invitationError).toBeNull();
});

describe('the sign-in hint', () => {
  const person = () => lab.service.person();
  /** A browser in which this person did a step and was not signed out. */
  async function usedBy(one: ReturnType<typeof person>): Promise<KeptStorage> {
    const storage = new KeptStorage();
    const tab = lab.tab(one, { storage });
    await tab.client.act(tour, 'complete', 'profile');
    tab.close();
    return storage;
  }
  const starting = (
    storage: KeptStorage,
    { hasLoginCookie = true, identity = 'hint' }: { hasLoginCookie?: boolean; identity?: 'hint' | 'verified' } = {},
  ): NodeTab => {
    const environment = { page: page(hasLoginCookie) };
    return lab.tab(person(), { storage, identity, session: { isLoading: true }, environment });
  };

  it('shows the last person’s cached view, read-only, until the login library has named them', async () => {
    const ada = person();
    const tab = starting(await usedBy(ada));
    expect(shown(tab)).toMatchObject({ status: 'in_progress', source: 'cache', isStale: true, revision: 1 });
    expect(await tab.client.act(tour, 'complete', 'first_project')).toEqual({
      status: 'rejected',
      code: 'not_signed_in',
    });
    expect(tab.requests).toEqual([]);
    tab.client.setSession({ subject: ada.subject });
    expect(shown(tab)).toMatchObject({ status: 'in_progress', source: 'cache', revision: 1 });
  });

  it('shows nothing of them to somebody else, nor once it is known that nobody is signed in', async () => {
    const storage = await usedBy(person());
    for (const session of [{ subject: newSubject() }, {}]) {
      const tab = starting(storage);
      expect(shown(tab).status).toBe('in_progress');
      tab.client.setSession(session);
      expect(shown(tab)).toMatchObject({ status: 'unknown', steps: [], revision: null });
    }
  });

  it('shows nothing without Auth0’s cookie, and nothing where it was not asked for', async () => {
    const storage = await usedBy(person());
    expect(shown(starting(storage, { hasLoginCookie: false })).status).toBe('unknown');
    expect(shown(starting(storage, { identity: 'verified' })).status).toBe('unknown');
  });
});

describe('a person with several tenants', () => {
  it('is asked to choose; what was clicked before waits for the choice and goes there, and the choice is kept', async () => {
    const person = lab.service.person();
    const members = { [person.subject]: 'owner' } as const;
    const [first, second] = [
      await createTenant(lab.service, { members }),
      await createTenant(lab.service, { members }),
    ];
    const storage = new KeptStorage();
    const tab = lab.tab(person, { storage });
    await failed(tab);
    const { status, tenants } = tab.client.getTenants();
    expect({ status, ids: tenants.map(({ id }) => id).sort() }).toEqual({
      status: 'choice_needed',
      ids: [first, second].sort(),
    });
    expect(shown(tab)).toMatchObject({ status: 'unknown', error: { code: 'tenant_required' }, isDegraded: false });
    expect(await tab.client.act(tour, 'complete', 'profile')).toEqual({ status: 'queued' });
    expect(tab.requests.filter((request) => request.startsWith('POST'))).toEqual([]);

    tab.client.selectTenant(second);
    await eventually(async () => shown(tab).revision === 1 && shown(tab).pendingWrites === 0);
    const revisions = await Promise.all(
      [first, second].map(async (tenant) => (await person.inTenant(tenant).view('member_tour')).body.revision),
    );
    expect(revisions).toEqual([0, 1]);
    tab.close();

    const later = lab.tab(person, { storage });
    await answered(later);
    expect(later.client.confirmedView(tour)?.tenantId).toBe(second);
  });

  it('is asked about once, however many want to know', async () => {
    const { client, requests } = lab.tab(lab.service.person());
    const [one, other] = await Promise.all([client.loadTenants(), client.loadTenants()]);
    expect(one.status).toBe('known');
    expect(other).toBe(one);
    expect(requests.filter((request) => request.endsWith('/v1/me'))).toHaveLength(1);
  });

  it('makes the same click in both: one that waits in a tenant does not stand for the other', async () => {
    const person = lab.service.person();
    const { subject } = person;
    const members = { [subject]: 'owner' } as const;
    const storage = new KeptStorage();
    const environment = { fetch: withoutPosts };
    const tab = lab.tab(person, { storage, environment, session: {} });
    for (const tenant of [await createTenant(lab.service, { members }), await createTenant(lab.service, { members })]) {
      tab.client.setSession({ subject, tenant });
      await answered(tab);
      expect(await tab.client.act(tour, 'complete', 'profile')).toEqual({ status: 'queued' });
    }
    expect(operationsIn(storage)).toHaveLength(2);
  });
});

describe('a click that waits for its tenant', () => {
  it('S51 is not handed to the person who comes meanwhile', async () => {
    const [ada, grace] = [lab.service.person(), lab.service.person()];
    const storage = new KeptStorage();
    const away = lab.tab(ada, { storage, environment: { fetch: () => Promise.reject(new TypeError('offline')) } });
    expect(await away.client.act(tour, 'complete', 'profile')).toEqual({ status: 'queued' });
    away.close();
    const waiting = operationsIn(storage);

    let signedIn = ada;
    let answerInvitation = (): void => undefined;
    const held = new Promise<void>((resolve) => (answerInvitation = resolve));
    const tab = lab.tab(ada, {
      storage,
      api: { baseUrl: lab.service.url, getToken: () => Promise.resolve(signedIn.token ?? '') },
      environment: {
        takeInvitation: () => 'of-nobody',
        fetch: async (url, init) => {
          if (url.endsWith('/v1/invitations/accept')) await held;
          return fetch(url, init);
        },
      },
    });
    await eventually(async () => tab.requests.length > 0);
    signedIn = grace;
    tab.client.setSession({ subject: grace.subject });
    answerInvitation();
    await answered(tab);
    await tab.client.flush();
    expect(shown(tab)).toMatchObject({ status: 'not_started', pendingWrites: 0 });
    expect(operationsIn(storage)).toEqual(waiting);
  });
});

describe('a person whose data was erased', () => {
  it('is removed from this browser, with what they had not sent, and nobody else is', async () => {
    const [ada, grace] = [lab.service.person(), lab.service.person()];
    const storage = new KeptStorage();
    const before = async (person: typeof ada): Promise<void> => {
      const tab = lab.tab(person, { storage });
      await answered(tab);
      tab.client.setSession({});
      tab.close();
    };
    const offline = { fetch: () => Promise.reject(new TypeError('offline')) };
    await before(grace);
    await before(ada);
    const away = lab.tab(ada, { storage, environment: offline });
    expect(await away.client.act(tour, 'complete', 'profile')).toEqual({ status: 'queued' });
    away.close();
    expect(operationsIn(storage)).toHaveLength(1);

    const tab = lab.tab(ada, {
      storage,
      environment: {
        fetch: () =>
          Promise.resolve(Response.json({ status: 410, code: 'person_erased', detail: 'Erased.' }, { status: 410 })),
      },
    });
    await failed(tab);
    expect(shown(tab)).toMatchObject({
      status: 'unknown',
      steps: [],
      pendingWrites: 0,
      rejected: [],
      error: { code: 'person_erased' },
    });
    const graces = [...storage.entries].filter(([, value]) => value.includes(grace.subject));
    expect(graces).toHaveLength(1);
    expect([...storage.entries.keys()]).toEqual(graces.map(([key]) => key));
  });
});

import { eventually } from '../../support/eventually.js';
import { answered, failed, KitLab, shown } from './kit-lab.js';
import { KeptStorage, tour } from './node-tab.js';

let lab: KitLab;
beforeAll(async () => {
  lab = await KitLab.open();
});
afterEach(() => lab.reset());
afterAll(() => lab.close());

describe('C20: a login that is too large to be sent', () => {
  const largeTokenOf = (subject: string): string => lab.service.token(subject, { claim: 'x'.repeat(20_000) });

  it('is renewed once, and is of no consequence when the new one is small', async () => {
    const person = lab.service.person();
    const large = largeTokenOf(person.subject);
    const getToken = ({ fresh }: { fresh: boolean }) => Promise.resolve(fresh ? person.token! : large);
    const tab = lab.tab(person, { api: { baseUrl: lab.service.url, getToken } });
    await answered(tab);
    expect(await tab.client.act(tour, 'complete', 'profile')).toEqual({ status: 'confirmed' });
  });

  it.each([
    ['the service', () => undefined],
    ['a proxy in front of it', (person) => lab.impostor(person, (_, response) => response.writeHead(431).end())],
  ] as readonly [
    string,
    (person: ReturnType<typeof lab.service.person>) => Promise<{ baseUrl: string }> | undefined,
  ][])('keeps the click, asks the user to log in again and tries no more, when %s refuses it', async (_, elsewhere) => {
    const person = lab.service.person();
    const storage = new KeptStorage();
    const baseUrl = (await elsewhere(person))?.baseUrl ?? lab.service.url;
    const getToken = () => Promise.resolve(largeTokenOf(person.subject));
    const tab = lab.tab(person, { storage, api: { baseUrl, getToken } });
    await failed(tab);
    expect(await tab.client.act(tour, 'complete', 'profile')).toEqual({ status: 'queued' });
    const { error, degradedReason, pendingWrites, rejected } = shown(tab);
    expect(error).toMatchObject({ code: 'headers_too_large', message: expect.stringContaining('Log in again') });
    expect({ degradedReason, pendingWrites, rejected }).toEqual({
      degradedReason: 'auth',
      pendingWrites: 1,
      rejected: [],
    });
    // Each of them once, and once more with a fresh token.
    expect(tab.requests.length).toBeLessThanOrEqual(4);
    tab.close();

    // What waits belongs to the address that it is for.
    if (baseUrl !== lab.service.url) return;
    const later = lab.tab(person, { storage });
    await eventually(async () => shown(later).confirmed.by === 'service' && shown(later).pendingWrites === 0);
    expect((await person.view('member_tour')).body.revision).toBe(1);
  });
});

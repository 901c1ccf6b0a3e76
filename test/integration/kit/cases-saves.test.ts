import { eventually } from '../../support/eventually.js';
import { answered, KitLab, shown } from './kit-lab.js';
import { KeptStorage, tour } from './node-tab.js';

let lab: KitLab;
beforeAll(async () => {
  lab = await KitLab.open();
});
afterEach(() => lab.reset());
afterAll(() => lab.close());

/** A page that can be offline, and counts what it sends. */
async function page() {
  const person = lab.service.person();
  const sent: string[] = [];
  const network = { isOnline: true };
  const tab = lab.tab(person, {
    storage: new KeptStorage(),
    environment: {
      fetch: (url, init) => {
        if (!network.isOnline) return Promise.reject(new TypeError('Failed to fetch'));
        if (init?.method === 'POST' && String(url).endsWith('/transitions')) sent.push(String(init.body));
        return fetch(url, init);
      },
    },
  });
  await answered(tab);
  return { person, tab, sent, network };
}

test('A04: saves of one step that wait are sent as one, with the data of all', async () => {
  const { person, tab, sent, network } = await page();
  network.isOnline = false;
  const save = (data: object) => tab.client.act(tour, 'save', 'profile', { ...data });
  expect(await save({ displayName: 'A' })).toEqual({ status: 'queued' });
  const results = [save({ displayName: 'Ad' }), save({ jobTitle: 'Countess' }), save({ displayName: 'Ada' })];
  expect(shown(tab).pendingWrites).toBe(1);
  network.isOnline = true;
  tab.client.start();
  void tab.client.flush();
  expect((await Promise.all(results)).map(({ status }) => status)).toEqual(results.map(() => 'confirmed'));
  expect(sent.map((body) => JSON.parse(body).data)).toEqual([{ displayName: 'Ada', jobTitle: 'Countess' }]);
  expect((await person.history('', 'member_tour')).body.items).toHaveLength(1);
});

test('A04: a click in between keeps its place: only saves next to each other are merged', async () => {
  const { tab, sent, network } = await page();
  network.isOnline = false;
  const act = (action: 'save' | 'complete', step: 'profile' | 'first_project', data: Record<string, string>) =>
    tab.client.act(tour, action, step, data);
  void act('save', 'profile', { displayName: 'Ada' });
  void act('complete', 'profile', { displayName: 'Ada L' });
  void act('complete', 'first_project', { projectName: 'Engine' });
  void act('save', 'profile', { displayName: 'Ada Lovelace' });
  expect(shown(tab).pendingWrites).toBe(4);
  network.isOnline = true;
  void tab.client.flush();
  await eventually(async () => shown(tab).pendingWrites === 0);
  expect(sent).toHaveLength(4);
});

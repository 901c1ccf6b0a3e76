import { importLegacy, type LegacySource } from '../../../client/kit/src/core/index.js';
import { eventually } from '../../support/eventually.js';
import { KitLab } from './kit-lab.js';
import { KeptStorage, tour, workspace } from './node-tab.js';

const LEGACY = { legacy_business: 'Acme', legacy_plan: 'professional', legacy_paid: 'yes', theme: 'dark' };
const SOURCE: LegacySource<'business_info' | 'subscription' | 'payment' | 'setup'> = {
  keys: ['legacy_business', 'legacy_plan', 'legacy_paid'],
  read: ({ legacy_business: businessName, legacy_plan: plan, legacy_paid: paid }) => [
    { step: 'business_info', action: 'complete', data: { businessName } },
    { step: 'subscription', action: 'save', data: { plan } },
    ...(paid ? [{ step: 'payment', action: 'complete' } as const] : []),
  ],
};

describe('importLegacy', () => {
  let lab: KitLab;
  /** Of the older product. */
  let legacy: KeptStorage;

  beforeAll(async () => {
    lab = await KitLab.open();
  });
  beforeEach(() => {
    legacy = new KeptStorage();
    Object.entries(LEGACY).forEach(([key, value]) => legacy.setItem(key, value));
  });
  afterEach(() => lab.reset());
  afterAll(() => lab.close());

  it('offers what an older product kept, never what is attested, and removes its entries and no others', async () => {
    const person = lab.service.person();
    const { client } = lab.tab(person);
    const results = await importLegacy(client, workspace, SOURCE, legacy);
    expect(results).toEqual([{ status: 'confirmed' }, { status: 'confirmed' }]);
    expect(Object.fromEntries(legacy.entries)).toEqual({ theme: 'dark' });

    const { steps } = (await person.view()).body;
    expect(steps.map(({ key, status }: Record<string, string>) => [key, status])).toEqual([
      ['business_info', 'completed'],
      ['subscription', 'in_progress'],
      ['payment', 'pending'],
      ['setup', 'pending'],
    ]);
    expect(steps[1].data).toEqual({ plan: 'professional' });
    expect(await importLegacy(client, workspace, SOURCE, legacy)).toEqual([]);
  });

  it('lets the service judge: what it refuses is listed as rejected, like any click', async () => {
    const { client } = lab.tab(lab.service.person());
    legacy.setItem('legacy_business', ' ');
    const [refused] = await importLegacy(client, workspace, SOURCE, legacy);
    expect(refused).toMatchObject({ status: 'rejected', code: 'invalid_request' });
    expect(client.getSnapshot(workspace).rejected[0]).toMatchObject({ step: 'business_info' });
  });

  it('C01: lists what was not stored because the step had been completed with other data', async () => {
    const person = lab.service.person();
    await person.move({ step: 'business_info', action: 'complete', data: { businessName: 'Acme Ltd' } });
    const { client } = lab.tab(person);
    expect((await importLegacy(client, workspace, SOURCE, legacy))[0]).toEqual({
      status: 'rejected',
      code: 'step_resolved',
    });
    const { rejected, steps } = client.getSnapshot(workspace);
    expect(rejected).toMatchObject([{ step: 'business_info', data: { businessName: 'Acme' } }]);
    expect(steps[0]?.data).toEqual({ businessName: 'Acme Ltd' });
  });

  it('keeps what it could not send in the queue, and sends it when the service is back', async () => {
    const person = lab.service.person();
    const storage = new KeptStorage();
    const away = lab.tab(person, { storage, environment: { fetch: () => Promise.reject(new TypeError('offline')) } });
    const source = { keys: SOURCE.keys, read: () => [{ step: 'profile', action: 'complete' } as const] };
    expect(await importLegacy(away.client, tour, source, legacy)).toEqual([{ status: 'queued' }]);
    expect(Object.fromEntries(legacy.entries)).toEqual({ theme: 'dark' });
    away.close();

    const { client } = lab.tab(person, { storage });
    await eventually(async () => client.getSnapshot(tour).revision === 1);
    expect((await person.history('', 'member_tour')).body.items).toHaveLength(1);
  });

  it('leaves the entries where they are while nobody is signed in, and when they cannot be read', async () => {
    const person = lab.service.person();
    const nobody = lab.tab(person, { session: {} });
    const [first] = await importLegacy(nobody.client, workspace, SOURCE, legacy);
    expect(first).toEqual({ status: 'rejected', code: 'not_signed_in' });

    const { client } = lab.tab(person);
    const unreadable = { keys: SOURCE.keys, read: () => JSON.parse('{') as [] };
    await expect(importLegacy(client, workspace, unreadable, legacy)).rejects.toThrow(SyntaxError);
    expect(Object.fromEntries(legacy.entries)).toEqual(LEGACY);
  });
});

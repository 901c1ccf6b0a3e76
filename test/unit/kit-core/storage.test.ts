import { browserEnvironment, defineFlow, type OnboardingView } from '../../../client/kit/src/core/index.js';
import { createQueue } from '../../../client/kit/src/core/queue.js';
import { createStore } from '../../../client/kit/src/core/store.js';
import { createViewCache } from '../../../client/kit/src/core/view-cache.js';
import { viewOf, EMPTY_STATE } from '../../../src/flow/index.js';

const DAY_MS = 86_400_000;
const flow = defineFlow({ key: 'tour', version: 1, steps: { profile: {}, project: { requires: ['profile'] } } });

const view = (changes: Partial<OnboardingView> = {}): OnboardingView => ({
  tenantId: 't1',
  subject: 'auth0|ada',
  ...viewOf(flow.rules, EMPTY_STATE, { subject: 'auth0|ada', role: 'owner', kind: 'member' }),
  revision: 3,
  lineage: 'l1',
  startedAt: null,
  updatedAt: '2026-03-01T12:00:00Z',
  source: 'database',
  degraded: false,
  asOf: '2026-03-01T12:00:00Z',
  ...changes,
});

class MapStorage {
  readonly entries = new Map<string, string>();
  isFull = false;
  get length(): number {
    return this.entries.size;
  }
  key = (index: number): string | null => [...this.entries.keys()][index] ?? null;
  getItem = (key: string): string | null => this.entries.get(key) ?? null;
  removeItem = (key: string): void => void this.entries.delete(key);
  setItem = (key: string, value: string): void => {
    if (this.isFull) throw new Error('QuotaExceededError');
    this.entries.set(key, value);
  };
}

describe('the cache of views', () => {
  let storage: MapStorage;
  let now: number;
  const clock = { ...browserEnvironment().clock, now: () => now };
  /** As another page would read it. */
  const cache = () => createViewCache(createStore(storage), clock);

  beforeEach(() => {
    storage = new MapStorage();
    now = Date.parse('2026-03-01T12:00:00Z');
    cache().write('key', flow, { view: view(), etag: '"3-abc"' });
  });

  it('gives back what was confirmed', () => {
    expect(cache().read('key', flow, 'auth0|ada')).toMatchObject({ view: view(), etag: '"3-abc"' });
  });

  it.each<[string, () => unknown]>([
    ['torn', () => storage.entries.set('key', storage.entries.get('key')?.slice(0, -9) ?? '')],
    [
      'edited (S48)',
      () => storage.entries.set('key', (storage.entries.get('key') ?? '').replace('pending', 'completed')),
    ],
    ['no entry of ours', () => storage.entries.set('key', 'hello')],
    ['older than 30 days', () => (now += 30 * DAY_MS + 1)],
  ])('deletes an entry that is %s, and treats it as absent', (_, spoil) => {
    spoil();
    expect(cache().read('key', flow, 'auth0|ada')).toBeNull();
    expect(storage.entries.has('key')).toBe(false);
  });

  it('S51 shows nobody else’s entry', () => {
    expect(cache().read('key', flow, 'auth0|grace')).toBeNull();
  });

  it('deletes an entry of another version of the flow', () => {
    const newer = defineFlow({ key: 'tour', version: 2, steps: { profile: {} } });
    expect(cache().read('key', newer, 'auth0|ada')).toBeNull();
  });

  it('keeps the higher revision of one lineage, and the newer lineage whatever its revision', () => {
    cache().write('key', flow, { view: view({ revision: 2 }), etag: null });
    expect(cache().read('key', flow)?.view.revision).toBe(3);
    cache().write('key', flow, { view: view({ revision: 1, lineage: 'l2' }), etag: null });
    expect(cache().read('key', flow)?.view).toMatchObject({ revision: 1, lineage: 'l2' });
  });
});

describe('the queue of operations', () => {
  const operation = { flow: 'tour', tenant: 't1', step: 'profile', action: 'save' } as const;
  let storage: MapStorage;
  let now: number;
  /** As another tab would have it. */
  const queue = () => {
    const environment = browserEnvironment();
    return createQueue(createStore(storage), { ...environment, clock: { ...environment.clock, now: () => now } }, 'p');
  };

  beforeEach(() => {
    storage = new MapStorage();
    now = Date.parse('2026-03-01T12:00:00Z');
  });

  it('is there, whole, in the next page', () => {
    const added = queue().add({ ...operation, data: { name: 'Ada' } });
    expect(queue().list()).toEqual([added]);
    expect(added?.id).toMatch(/^[A-Za-z0-9_-]{8,64}$/);
  });

  it('keeps the order of clicks when the clock is set back a day between them', () => {
    const first = queue().add(operation);
    now -= DAY_MS;
    const second = queue().add(operation);
    expect(queue().list()).toEqual([first, second]);
  });

  it('has 200 operations at most', () => {
    const full = queue();
    for (let count = 0; count < 200; count += 1) expect(full.add(operation)).not.toBeNull();
    expect(full.add(operation)).toBeNull();
    expect(full.list()).toHaveLength(200);
  });

  it('has 64 kB at most', () => {
    const full = queue();
    const data = { text: 'x'.repeat(30_000) };
    expect([full.add({ ...operation, data }), full.add({ ...operation, data })]).not.toContain(null);
    expect(full.add({ ...operation, data })).toBeNull();
  });

  it('keeps in memory what a full storage does not take, and leaves others’ entries alone', () => {
    storage.entries.set('theirs', '1');
    storage.isFull = true;
    const store = createStore(storage);
    const kept = createQueue(store, browserEnvironment(), 'p');
    kept.add(operation);
    expect(kept.list()).toHaveLength(1);
    expect(store.isFailing()).toBe(true);
    expect([...storage.entries]).toEqual([['theirs', '1']]);
  });
});

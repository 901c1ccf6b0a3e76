import { Logger } from '@nestjs/common';
import type { SightingRepository } from '../../../src/onboarding/sighting.repository.js';
import { Sightings } from '../../../src/onboarding/sightings.js';

/** Longer than sightings wait. */
const A_WHILE_MS = 60_000;

/** Where sightings go; each is stored when the test says so. */
class Store {
  readonly stored: string[] = [];
  readonly asked: string[] = [];
  private readonly answers: Array<(error?: Error) => void> = [];

  readonly repository = {
    store: (tenantId: string, subjects: readonly string[]) =>
      new Promise<void>((resolve, reject) => {
        const sightings = subjects.map((subject) => `${tenantId} ${subject}`);
        this.asked.push(...sightings);
        this.answers.push((error) => {
          if (error) return reject(error);
          this.stored.push(...sightings);
          resolve();
        });
      }),
  } as unknown as SightingRepository;

  /** Answers what waits, and what is asked next because of that. */
  async answer(error?: Error): Promise<void> {
    await turns();
    for (let answer = this.answers.shift(); answer; answer = this.answers.shift()) {
      answer(error);
      await turns();
    }
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe('sightings', () => {
  let store: Store;
  let sightings: Sightings;
  const see = (tenantId: string, subject: string) => sightings.note({ tenantId, subject });
  const aWhileLater = () => jest.advanceTimersByTimeAsync(A_WHILE_MS);

  beforeAll(() => Logger.overrideLogger(false));
  beforeEach(() => {
    jest.useFakeTimers();
    store = new Store();
    sightings = new Sightings(store.repository);
  });
  afterEach(() => jest.useRealTimers());

  it('are stored together, a while after the first, and once however often the person comes', async () => {
    see('acme', 'ann');
    see('acme', 'bob');
    see('acme', 'ann');
    expect(store.asked).toEqual([]);
    await aWhileLater();
    expect(store.asked).toEqual(['acme ann', 'acme bob']);
  });

  it('that come while others are being stored are stored after them, and not beside them', async () => {
    see('acme', 'ann');
    await aWhileLater();
    see('acme', 'bob');
    await aWhileLater();
    expect(store.asked).toEqual(['acme ann']);
    await store.answer();
    await aWhileLater();
    expect(store.asked).toEqual(['acme ann', 'acme bob']);
  });

  it('are all stored before the service has stopped, also those that came meanwhile, and nothing is asked later', async () => {
    see('acme', 'ann');
    await aWhileLater();
    see('acme', 'bob');
    for (let tenant = 0; tenant < 150; tenant += 1) see(`tenant-${tenant}`, 'cat');
    const stopping = sightings.onApplicationShutdown();
    await store.answer();
    await stopping;
    expect(store.stored).toHaveLength(152);
    see('acme', 'dan');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('of one tenant at most are tried while the database does not answer, and all are kept', async () => {
    see('acme', 'ann');
    see('bolt', 'bob');
    await aWhileLater();
    await store.answer(new Error('no answer'));
    expect(store.asked).toEqual(['acme ann']);
    await aWhileLater();
    await store.answer();
    expect(store.stored).toEqual(['bolt bob', 'acme ann']);
  });

  it('do not hold up a service that stops while the database does not answer', async () => {
    for (const tenant of ['acme', 'bolt', 'cord']) see(tenant, 'ann');
    const stopping = sightings.onApplicationShutdown();
    await store.answer(new Error('no answer'));
    await stopping;
    expect(store.asked).toEqual(['acme ann']);
  });
});

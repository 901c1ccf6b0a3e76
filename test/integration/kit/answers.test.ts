import { browserEnvironment, type ClientEvent } from '../../../client/kit/src/core/index.js';
import type { Api } from '../../support/api.js';
import { eventually } from '../../support/eventually.js';
import { answered, failed, KitLab, shown } from './kit-lab.js';
import { tour, type NodeTab } from './node-tab.js';

let lab: KitLab;

beforeAll(async () => {
  lab = await KitLab.open();
});
afterEach(() => lab.reset());
afterAll(() => lab.close());

/** Waits are written down, and end when the test says so. */
class HeldClock {
  readonly waits: number[] = [];
  private readonly callbacks = new Map<number, () => void>();

  now = (): number => Date.parse('2026-03-01T12:00:00Z');
  setTimeout = (callback: () => void, ms: number): number => {
    this.callbacks.set(this.waits.push(ms) - 1, callback);
    return this.waits.length - 1;
  };
  clearTimeout = (timer: unknown): void => void this.callbacks.delete(timer as number);

  /** Ends every wait of this length that still goes on; returns how many there were. */
  end(ms: number): number {
    const due = [...this.callbacks].filter(([timer]) => this.waits[timer] === ms);
    due.forEach(([timer, callback]) => {
      this.callbacks.delete(timer);
      callback();
    });
    return due.length;
  }
}

describe('an answer with Retry-After', () => {
  it.each([
    [503, '7', 7_000],
    [429, 'Sun, 01 Mar 2026 12:01:30 GMT', 90_000],
  ])('of status %i and %s is obeyed, by reading and by sending', async (status, retryAfter, ms) => {
    let asked = 0;
    const person = lab.service.person();
    const api = await lab.impostor(person, (_, response) => {
      asked += 1;
      response.writeHead(status, { 'retry-after': retryAfter }).end();
    });
    const clock = new HeldClock();
    const tab = lab.tab(person, { api, environment: { clock, random: () => 0 } });
    await failed(tab);
    await eventually(async () => clock.waits.includes(ms));
    expect(clock.waits.filter((wait) => wait === 1_000)).toEqual([]);
    expect(asked).toBe(1);
    expect(clock.end(ms)).toBe(1);
    await eventually(async () => asked === 2);

    await tab.client.act(tour, 'complete', 'profile');
    await eventually(async () => clock.waits.filter((wait) => wait === ms).length === 3);
    expect(clock.waits.filter((wait) => wait === 1_000)).toEqual([]);
  });
});

describe('a click that failed, once something else was answered', () => {
  /** Sends to the service; what is posted ends as `post` says while there is one. */
  function failing(clock: HeldClock, post: () => Promise<Response>): { tab: NodeTab; heal: () => void } {
    let isWell = false;
    const tab = lab.tab(lab.service.person(), {
      environment: {
        clock,
        random: () => 0.5,
        fetch: (url, init) => (init.method === 'POST' && !isWell ? post() : fetch(url, init)),
      },
    });
    return { tab, heal: () => (isWell = true) };
  }

  it('is sent again at once, and does not wait for all of its own pause', async () => {
    const clock = new HeldClock();
    const { tab, heal } = failing(clock, () => Promise.reject(new TypeError('Failed to fetch')));
    expect(await tab.client.act(tour, 'complete', 'profile')).toEqual({ status: 'queued' });
    expect(clock.waits).toContain(1_500);
    heal();
    await tab.client.fetchView(tour);
    expect(clock.end(0)).toBe(1);
    expect(clock.end(1_500)).toBe(0);
    await eventually(async () => shown(tab).pendingWrites === 0);
    expect(tab.client.confirmedView(tour)).toMatchObject({ revision: 1, status: 'in_progress' });
  });

  it('leaves the service alone for as long as it asked for', async () => {
    const clock = new HeldClock();
    const busy = async () => new Response('{}', { status: 503, headers: { 'retry-after': '7' } });
    const { tab } = failing(clock, busy);
    void tab.client.act(tour, 'complete', 'profile');
    await eventually(async () => clock.waits.includes(7_000));
    await tab.client.fetchView(tour);
    expect(clock.waits.filter((wait) => wait < 7_000)).toEqual([]);
    expect(clock.end(7_000)).toBe(1);
  });
});

describe('a page that is looked at again and again while it waits for an answer', () => {
  it('tries again once when there is none', async () => {
    const clock = new HeldClock();
    let look = (): void => undefined;
    let fail = (): void => undefined;
    const failure = new Promise<never>((_, reject) => (fail = () => reject(new TypeError('Failed to fetch'))));
    const tab = lab.tab(lab.service.person(), {
      environment: {
        clock,
        random: () => 0,
        fetch: () => failure,
        page: {
          ...browserEnvironment().page,
          on: (event, listener) => {
            if (event === 'visible') look = listener;
            return () => undefined;
          },
        },
      },
    });
    for (let looks = 0; looks < 3; looks += 1) look();
    fail();
    await failed(tab);
    await eventually(async () => clock.waits.includes(1_000));
    expect(clock.end(1_000)).toBe(1);
  });
});

describe('a 412, which brings the present view', () => {
  /** A page that has read the profile as completed and hears of nothing since. `meanwhile`: just before it sends. */
  async function outdated(meanwhile?: (person: Api) => Promise<unknown>): Promise<{ tab: NodeTab; person: Api }> {
    const person = lab.service.person();
    await person.move({ step: 'profile', action: 'complete' }, {}, 'member_tour');
    const tab = lab.tab(person, {
      environment: {
        fetch: async (url, init) => {
          if (init.method === 'POST') await meanwhile?.(person);
          return fetch(url, init);
        },
      },
    });
    await answered(tab);
    return { tab, person };
  }
  const sent = ({ requests }: NodeTab): number => requests.filter((request) => request.startsWith('POST')).length;

  it('is taken over, and the click is sent once more where it is still legal', async () => {
    const { tab, person } = await outdated();
    await person.move({ step: 'first_project', action: 'start' }, {}, 'member_tour');
    expect(await tab.client.act(tour, 'reopen', 'profile')).toEqual({ status: 'confirmed' });
    expect(sent(tab)).toBe(2);
    expect(shown(tab).steps[0]?.status).toBe('pending');
  });

  it('settles a click that another device made needless', async () => {
    const { tab, person } = await outdated();
    await person.move({ step: 'profile', action: 'reopen' }, {}, 'member_tour');
    expect(await tab.client.act(tour, 'reopen', 'profile')).toEqual({ status: 'confirmed' });
    expect(sent(tab)).toBe(1);
    expect(shown(tab)).toMatchObject({ revision: 2, rejected: [] });
  });

  it('is told as a conflict where things move on each time', async () => {
    let moves = 0;
    const { tab } = await outdated((person) => {
      const action = (moves += 1) % 2 ? 'start' : 'reopen';
      return person.move({ step: 'first_project', action }, {}, 'member_tour');
    });
    const conflicts: ClientEvent[] = [];
    tab.client.onEvent((event) => event.type === 'conflict' && conflicts.push(event));
    expect(await tab.client.act(tour, 'reopen', 'profile')).toEqual({ status: 'rejected', code: 'revision_mismatch' });
    expect(sent(tab)).toBe(2);
    expect(conflicts).toMatchObject([{ operation: { step: 'profile', action: 'reopen' }, view: { revision: 3 } }]);
    expect(shown(tab)).toMatchObject({ revision: 3, rejected: [{ step: 'profile', code: 'revision_mismatch' }] });
  });
});

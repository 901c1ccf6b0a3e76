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

  time = Date.parse('2026-03-01T12:00:00Z');

  now = (): number => this.time;
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

describe('a click that failed', () => {
  let clock: HeldClock;
  let person: Api;
  let tell: (view: unknown) => void;
  let isWell: boolean;
  beforeEach(() => {
    [clock, person, isWell] = [new HeldClock(), lab.service.person(), false];
  });

  /** What is posted ends as `post` says, until all is well. What another device does is told when the test says so. */
  const failing = (post: () => Promise<Response>): NodeTab =>
    lab.tab(person, {
      live: ({ receive }) => {
        tell = receive;
        return () => undefined;
      },
      environment: {
        clock,
        random: () => 0.5,
        fetch: (url, init) => (init.method === 'POST' && !isWell ? post() : fetch(url, init)),
      },
    });
  const cut = () => Promise.reject(new TypeError('Failed to fetch'));

  it.each<[string, (tab: NodeTab) => Promise<unknown>]>([
    ['asked for', ({ client }) => client.fetchView(tour)],
    ['told', async () => tell((await person.move({ step: 'profile', action: 'start' }, {}, 'member_tour')).body)],
  ])('is sent as soon as something is %s, and does not wait for the end of its pause', async (_, hear) => {
    const tab = failing(cut);
    await answered(tab);
    expect(await tab.client.act(tour, 'complete', 'profile')).toEqual({ status: 'queued' });
    expect(clock.waits).toContain(1_500);
    isWell = true;
    await hear(tab);
    expect(shown(tab)).toMatchObject({ degradedReason: null, pendingWrites: 1 });
    expect([clock.end(1_500), clock.end(0)]).toEqual([0, 1]);
    await eventually(async () => shown(tab).pendingWrites === 0);
    expect(tab.client.confirmedView(tour)).toMatchObject({ currentStep: 'first_project' });
  });

  it('leaves the service alone for as long as that asked for', async () => {
    const tab = failing(async () => new Response('{}', { status: 503, headers: { 'retry-after': '7' } }));
    void tab.client.act(tour, 'complete', 'profile');
    await eventually(async () => clock.waits.includes(7_000));
    clock.time += 5_000;
    await tab.client.fetchView(tour);
    // Neither sooner, nor later than it was planned.
    expect([clock.end(7_000), clock.end(2_000)]).toEqual([0, 1]);
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

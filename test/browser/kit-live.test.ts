import { eventually } from '../support/eventually.js';
import { testLongWaits } from './long-waits.js';
import { BrowserLab, type Tab } from './support/browser-lab.js';

const TOUR = 'member_tour';

describe('live updates', () => {
  let lab: BrowserLab;

  beforeAll(async () => {
    lab = await BrowserLab.open();
  });
  afterEach(() => lab.reset());
  afterAll(() => lab.close());

  const open = () => lab.gate.streams.filter(({ isClosed, status }) => status === 200 && !isClosed);
  const untilOneStream = (): Promise<void> => eventually(async () => open().length === 1);

  it('14: what another device did is shown without a reload or a request of this one', async () => {
    const person = lab.someone();
    const [laptop, phone] = [await lab.device(), await lab.device()];
    const [watching, moving] = [await laptop.open(person), await phone.open(person)];
    await Promise.all([watching.settled(), moving.settled()]);
    await eventually(async () => open().length === 2);
    const reads = lab.gate.requests.filter(({ method }) => method === 'GET').length;
    await moving.click('complete', 'profile');
    await watching.until(({ revision }) => revision === 1);
    expect(await watching.state()).toMatchObject({ steps: { profile: 'completed' }, source: 'database' });
    expect(lab.gate.requests.filter(({ method }) => method === 'GET')).toHaveLength(reads);
  });

  it('15: tabs share one connection; one that drops or is closed is made again, fresh, from where it was', async () => {
    const person = lab.someone();
    await person.api.move({ step: 'profile', action: 'complete' }, {}, TOUR);
    const device = await lab.device();
    const tabs: Tab[] = [];
    for (let count = 0; count < 3; count += 1) {
      tabs.push(await device.open(person));
      // So that the first one leads.
      await untilOneStream();
    }
    await Promise.all(tabs.map((tab) => tab.settled()));

    const before = lab.gate.streams.length;
    lab.gate.dropStreams();
    await eventually(async () => lab.gate.streams.length > before);
    await untilOneStream();
    const again = open()[0]!;
    expect(again.lastEventId).toMatch(/^1\./);
    expect(again.authorization).toBe(`Bearer ${person.token}`);

    // When the one that leads goes, another takes over.
    await person.api.move({ step: 'first_project', action: 'complete' }, {}, TOUR);
    await Promise.all(tabs.map((tab) => tab.until(({ revision }) => revision === 2)));
    await tabs[0]!.page.close();
    await eventually(async () => again.isClosed);
    await untilOneStream();
    expect(open()[0]!.lastEventId ?? '2.').toMatch(/^2\./);
    await person.api.move({ step: 'invite_teammates', action: 'skip' }, {}, TOUR);
    await Promise.all(tabs.slice(1).map((tab) => tab.until(({ revision }) => revision === 3)));
    expect(open()).toHaveLength(1);
  });

  testLongWaits(() => lab, { isScaled: true });
});

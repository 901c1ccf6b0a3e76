import { BrowserLab, type Tab } from './support/browser-lab.js';
import { isTransition } from './support/gate.js';
import { historyOf, operationsOf } from './support/operation-log.js';

const TOUR = 'member_tour';
const TABS = 5;
const CLICKS_PER_TAB = 4;
const MINUTE_MS = 60_000;
const STRIDE_MS = 5_000;
/** Three tabs together; see docs/kit/offline.md. */
const MOST_REQUESTS_IN_FIVE_MINUTES = 90;

describe('the tabs of one person', () => {
  let lab: BrowserLab;

  beforeAll(async () => {
    lab = await BrowserLab.open();
  });
  afterEach(() => lab.reset());
  afterAll(() => lab.close());

  it('10: send one pending click once, and show the same soon after', async () => {
    const person = lab.someone();
    const device = await lab.device();
    const first = await device.open(person);
    await first.settled();
    lab.gate.refuse(isTransition);
    await first.click('complete', 'profile');
    await first.until(({ pendingWrites }) => pendingWrites === 1);
    const second = await device.open(person);
    expect(await second.until(({ pendingWrites }) => pendingWrites === 1)).toMatchObject({
      steps: { profile: 'completed' },
    });

    lab.gate.reset();
    const shown = await Promise.all([first.settled(), second.settled()]);
    expect(shown[0].steps).toEqual(shown[1].steps);
    expect(shown.map(({ revision }) => revision)).toEqual([1, 1]);
    expect(lab.gate.transitions).toHaveLength(1);
    expect(await historyOf(lab.service, person.subject)).toHaveLength(1);
  });

  it('11: five of them, with 20 clicks offline, send 20 ids in order and end in the same state', async () => {
    const person = lab.someone();
    await person.api.move({ step: 'profile', action: 'complete' }, {}, TOUR);
    const device = await lab.device();
    const tabs: Tab[] = [];
    for (let count = 0; count < TABS; count += 1) tabs.push(await device.open(person));
    await Promise.all(tabs.map((tab) => tab.settled()));

    lab.gate.cut();
    const clicked: string[] = [];
    for (let count = 0; count < CLICKS_PER_TAB * TABS; count += 1) {
      const action = count % 2 === 0 ? 'complete' : 'reopen';
      const tab = tabs[count % TABS]!;
      const step = 'first_project';
      await tab.until(({ pendingWrites }) => pendingWrites === count);
      await tab.click(action, step);
      clicked.push(`${action} ${step}`);
    }
    lab.gate.mend();
    const shown = await Promise.all(tabs.map((tab) => tab.settled()));

    const operations = await operationsOf(lab.service, person.subject);
    expect(new Set(operations.map(({ key }) => key)).size).toBe(clicked.length);
    const history = (await historyOf(lab.service, person.subject)).slice(1);
    expect(history.map(({ action, step }) => `${action} ${step}`)).toEqual(clicked);
    expect(history.map(({ key }) => key)).toEqual(history.map(({ key }) => key).toSorted());
    for (const { revision, steps } of shown) {
      expect({ revision, steps }).toEqual({ revision: shown[0]!.revision, steps: shown[0]!.steps });
    }
  }, 180_000);

  it('12: when the one that sends is killed, another finishes', async () => {
    const person = lab.someone();
    const device = await lab.device();
    const first = await device.open(person);
    await first.settled();
    const second = await device.open(person);
    await second.settled();

    const release = lab.gate.hold(isTransition);
    await first.click('complete', 'profile');
    await first.click('complete', 'first_project');
    await first.untilSent(lab.gate, 1);
    await first.kill();
    // The other may have sent its first one by now: it goes on, too.
    release();
    expect(await second.settled()).toMatchObject({ steps: { profile: 'completed', first_project: 'completed' } });

    const history = await historyOf(lab.service, person.subject);
    expect(history.map(({ step }) => step)).toEqual(['profile', 'first_project']);
  });

  it('S57: three of them ask a service that is down no more than a few times, and stop when they are closed', async () => {
    const person = lab.someone();
    const device = await lab.device();
    const tabs: Tab[] = [];
    // Always the middle of what jitter may draw: the budget is for the average, and no run is lucky or unlucky.
    await device.context.addInitScript(() => (Math.random = () => 0.5));
    lab.gate.refuse(() => true);
    for (let count = 0; count < 3; count += 1) {
      const tab = await device.open(null);
      await tab.page.clock.install();
      await tab.become(person);
      await tab.until(({ isDegraded }) => isDegraded);
      await tab.pauseClock();
      tabs.push(tab);
    }
    const askedBefore = lab.gate.requests.length;
    for (let passed = 0; passed < 5 * MINUTE_MS; passed += STRIDE_MS) {
      await Promise.all(tabs.map((tab) => tab.page.clock.runFor(STRIDE_MS)));
    }
    const asked = lab.gate.requests.length - askedBefore;
    // A tab waits 1, 2, 4, … 60 s between two attempts, so it makes about ten in five minutes for its view; one of them
    // makes as many to follow, and asks once more after each that failed.
    expect(asked).toBeGreaterThan(3);
    expect(asked).toBeLessThan(MOST_REQUESTS_IN_FIVE_MINUTES);
    await Promise.all(tabs.map((tab) => tab.become(null)));
    await tabs[0]!.untilQuiet(lab.gate);
    const seen = lab.gate.requests.length;
    for (const tab of tabs) await tab.page.clock.runFor(2 * MINUTE_MS);
    expect(lab.gate.requests.slice(seen).map(({ path }) => path)).toEqual([]);
  });
});

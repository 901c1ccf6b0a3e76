import { BrowserLab, type Tab } from './support/browser-lab.js';
import { isTransition } from './support/gate.js';
import { historyOf, operationsOf } from './support/operation-log.js';

const TOUR = 'member_tour';
const TABS = 5;
const CLICKS_PER_TAB = 4;
const LONGEST_BACKOFF_MS = 60_000;

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
    await device.context.clock.install();
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
    // Nothing tells these pages that the network is back: after so many failures they wait for up to a minute.
    await device.context.clock.fastForward(LONGEST_BACKOFF_MS);
    const shown = await Promise.all(tabs.map((tab) => tab.settled()));

    const operations = await operationsOf(lab.service, person.subject);
    expect(new Set(operations.map(({ key }) => key)).size).toBe(clicked.length);
    const history = (await historyOf(lab.service, person.subject)).slice(1);
    expect(history.map(({ action, step }) => `${action} ${step}`)).toEqual(clicked);
    expect(history.map(({ key }) => key)).toEqual(history.map(({ key }) => key).toSorted());
    for (const { revision, steps } of shown) {
      expect({ revision, steps }).toEqual({ revision: shown[0]!.revision, steps: shown[0]!.steps });
    }
  });

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
});

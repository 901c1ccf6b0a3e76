import { testLongWaits } from '../browser/long-waits.js';
import { violations } from '../browser/support/axe.js';
import { BrowserLab } from '../browser/support/browser-lab.js';
import { isTransition } from '../browser/support/gate.js';
import { historyOf } from '../browser/support/operation-log.js';

const LATENCY_MS = 10_000;

describe('what takes minutes, with the real clocks', () => {
  let lab: BrowserLab;

  beforeAll(async () => {
    lab = await BrowserLab.open();
  });
  afterEach(() => lab.reset());
  afterAll(() => lab.close());

  it('20: with 10 s of latency in StrictMode one click is one request, and axe finds nothing', async () => {
    const person = lab.someone();
    const device = await lab.device();
    lab.gate.slow(LATENCY_MS);
    const tab = await device.open(person, { strict: true });
    expect(await violations(tab.page)).toEqual([]);
    await tab.settled();
    expect(await violations(tab.page)).toEqual([]);

    const release = lab.gate.hold(isTransition);
    await tab.click('complete', 'profile');
    expect(await tab.until(({ pendingWrites }) => pendingWrites === 1)).toMatchObject({ isDegraded: false });
    expect(await violations(tab.page)).toEqual([]);
    release();
    await tab.settled();
    expect(lab.gate.transitions).toHaveLength(1);
    expect(await tab.outcomes()).toEqual(['confirmed']);
    expect(await historyOf(lab.service, person.subject)).toHaveLength(1);
    expect(await violations(tab.page)).toEqual([]);
  });

  testLongWaits(() => lab, { isScaled: false });
});

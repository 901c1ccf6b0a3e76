import { BrowserLab } from './support/browser-lab.js';
import { isTransition, isViewRead } from './support/gate.js';
import { historyOf } from './support/operation-log.js';

const TOUR = 'member_tour';

describe('several people in one browser', () => {
  let lab: BrowserLab;

  beforeAll(async () => {
    lab = await BrowserLab.open();
  });
  afterEach(() => lab.reset());
  afterAll(() => lab.close());

  it('16, S35 and S51: A leaves with a request on its way, B comes: nothing of A is painted, sent or kept', async () => {
    const [a, b] = [lab.someone(), lab.someone()];
    await a.api.move({ step: 'profile', action: 'complete', data: { displayName: 'Ada' } }, {}, TOUR);
    const device = await lab.device();
    const tab = await device.open(a);
    await tab.settled();

    const release = lab.gate.hold(isViewRead);
    await tab.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await tab.page.getByTestId('sign-out').click();
    await tab.until(({ status }) => status === 'unknown');
    const before = (await tab.frames()).length;
    await tab.become(b);
    release();
    await tab.settled();

    const framesOfB = (await tab.frames()).slice(before).filter(({ subject }) => subject === b.subject);
    expect(framesOfB).not.toHaveLength(0);
    for (const frame of framesOfB) {
      expect(frame.status).not.toBe('in_progress');
      expect(frame.text).not.toContain('"revision":1');
    }
    const kept = await tab.page.evaluate(() => JSON.stringify(localStorage));
    expect(kept).not.toContain('Ada');
    expect(kept).not.toContain(a.subject);
    const afterwards = lab.gate.requests.filter(({ authorization }) => authorization === `Bearer ${b.token}`);
    const { body: me } = await a.api.me();
    expect(JSON.stringify(afterwards)).not.toContain(me.tenant.id);
  });

  it('17: A leaves offline with clicks that wait; they go out when A is back, as A, and not with B', async () => {
    const [a, b] = [lab.someone(), lab.someone()];
    const device = await lab.device();
    const tab = await device.open(a);
    await tab.settled();
    lab.gate.refuse(() => true);
    await tab.click('complete', 'profile');
    await tab.until(({ pendingWrites }) => pendingWrites === 1);
    await tab.page.getByTestId('sign-out').click();
    await tab.until(({ status, pendingWrites }) => status === 'unknown' && pendingWrites === 0);

    lab.gate.reset();
    await tab.become(b);
    expect(await tab.settled()).toMatchObject({ steps: { profile: 'pending' } });
    expect(lab.gate.transitions).toEqual([]);
    await tab.page.getByTestId('sign-out').click();
    await tab.until(({ status }) => status === 'unknown');
    await tab.become(a);
    expect(await tab.settled()).toMatchObject({ steps: { profile: 'completed' } });

    expect(lab.gate.transitions.map(({ authorization }) => authorization)).toEqual([`Bearer ${a.token}`]);
    expect(await historyOf(lab.service, a.subject)).toHaveLength(1);
    expect(await historyOf(lab.service, b.subject)).toEqual([]);
  });

  it('signing out in one tab empties the other, without waiting for a reload', async () => {
    const person = lab.someone();
    const device = await lab.device();
    const [first, second] = [await device.open(person), await device.open(person)];
    await Promise.all([first.settled(), second.settled()]);
    await first.page.getByTestId('sign-out').click();
    expect(await second.until(({ status }) => status === 'unknown')).toMatchObject({ steps: {}, revision: null });
    expect(lab.gate.transitions.filter(isTransition)).toEqual([]);
  });
});

import { BrowserLab } from './support/browser-lab.js';
import { isStream, isTransition, isViewRead } from './support/gate.js';
import { historyOf } from './support/operation-log.js';

const TOUR = 'member_tour';
const HOUR_MS = 3_600_000;

describe('two devices of one person', () => {
  let lab: BrowserLab;

  beforeAll(async () => {
    lab = await BrowserLab.open();
  });
  afterEach(() => lab.reset());
  afterAll(() => lab.close());

  it('13: reopen against complete: the one that was first stands, the other is told, and both show the same', async () => {
    const person = lab.someone();
    await person.api.move({ step: 'profile', action: 'complete' }, {}, TOUR);
    const [laptop, phone] = [await lab.device(), await lab.device()];
    const [late, early] = [await laptop.open(person), await phone.open(person)];
    await Promise.all([late.settled(), early.settled()]);

    // The laptop's reopen was clicked at revision 1 and is on its way when the phone completes the next step.
    const release = lab.gate.hold(({ ifMatch, ...request }) => isTransition(request as never) && ifMatch !== undefined);
    await late.click('reopen', 'profile');
    await late.untilSent(lab.gate, 1);
    await early.click('complete', 'first_project');
    await early.settled();
    release();

    const shown = await Promise.all([late.settled(), early.until(({ revision }) => revision === 3)]);
    const [sent] = lab.gate.transitions;
    expect(sent).toMatchObject({ ifMatch: expect.stringMatching(/^"1/), status: 412 });
    const history = await historyOf(lab.service, person.subject);
    expect(history.map(({ action, step }) => `${action} ${step}`)).toEqual([
      'complete profile',
      'complete first_project',
      // Still legal after the phone's move: sent once more, with the newest revision.
      'reopen profile',
    ]);
    expect(shown[0].steps).toEqual(shown[1].steps);
    expect(await late.outcomes()).toEqual(['confirmed']);
  });

  it('13: a click that another device made illegal is rejected, told, and leaves no trace', async () => {
    const person = lab.someone();
    await person.api.move({ step: 'profile', action: 'complete' }, {}, TOUR);
    const device = await lab.device();
    const tab = await device.open(person);
    await tab.settled();

    lab.gate.refuse((request) => isTransition(request) || isStream(request) || isViewRead(request));
    await tab.click('complete', 'first_project');
    await tab.until(({ pendingWrites }) => pendingWrites === 1);
    await person.api.move({ step: 'profile', action: 'reopen' }, {}, TOUR);
    lab.gate.reset();

    const shown = await tab.until(({ rejected, pendingWrites }) => rejected.length === 1 && pendingWrites === 0);
    expect(shown.rejected).toEqual([{ step: 'first_project', code: 'step_blocked' }]);
    expect(shown.steps).toMatchObject({ profile: 'pending', first_project: 'pending' });
    expect(await tab.page.locator('[role=status]').getAttribute('data-status')).toBe('rejected');
    const history = await historyOf(lab.service, person.subject);
    expect(history.map(({ action, step }) => `${action} ${step}`)).toEqual(['complete profile', 'reopen profile']);
  });

  it('19: a clock that runs ahead and is put right, or a day behind, neither stops reading nor mixes the order', async () => {
    const person = lab.someone();
    const device = await lab.device();
    const tab = await device.open(person);
    const now = Date.now();
    await tab.page.clock.setSystemTime(now + 3 * HOUR_MS);
    await tab.page.reload();
    await tab.settled();
    await person.api.move({ step: 'profile', action: 'complete' }, {}, TOUR);
    await tab.page.clock.setSystemTime(now);
    const readsBefore = lab.gate.requests.filter(isViewRead).length;
    await tab.page.reload();
    expect(await tab.settled()).toMatchObject({ revision: 1, steps: { profile: 'completed' } });
    expect(lab.gate.requests.filter(isViewRead).length).toBeGreaterThan(readsBefore);

    lab.gate.cut();
    await tab.click('complete', 'first_project');
    await tab.page.clock.setSystemTime(now - 24 * HOUR_MS);
    await tab.click('reopen', 'first_project');
    await tab.click('complete', 'invite_teammates');
    await tab.until(({ pendingWrites }) => pendingWrites === 3);
    lab.gate.mend();
    expect(await tab.settled()).toMatchObject({ steps: { first_project: 'pending', invite_teammates: 'completed' } });
    const history = await historyOf(lab.service, person.subject);
    expect(history.slice(1).map(({ action, step }) => `${action} ${step}`)).toEqual([
      'complete first_project',
      'reopen first_project',
      'complete invite_teammates',
    ]);
  });
});

import { eventually } from '../support/eventually.js';
import { BrowserLab } from './support/browser-lab.js';
import { databaseOutage } from './support/database-outage.js';
import { isTransition } from './support/gate.js';
import { historyOf, operationsOf } from './support/operation-log.js';

const TOUR = 'member_tour';
/** Long enough for the click to be handled, too short for anything else. */
const RELOAD_AFTER_MS = 15;

describe('a click', () => {
  let lab: BrowserLab;

  beforeAll(async () => {
    lab = await BrowserLab.open();
  });
  afterEach(() => lab.reset());
  afterAll(() => lab.close());

  it('7: offline, with a reload within 20 ms, is applied once when the network is back', async () => {
    const person = lab.someone();
    const device = await lab.device();
    const tab = await device.open(person);
    await tab.settled();

    lab.gate.cut();
    await tab.clickAndReload('complete', 'profile', RELOAD_AFTER_MS);
    expect(await tab.until(({ pendingWrites }) => pendingWrites === 1)).toMatchObject({
      steps: { profile: 'completed' },
      source: 'cache',
    });
    expect(await operationsOf(lab.service, person.subject)).toEqual([]);
    lab.gate.mend();
    expect(await tab.settled()).toMatchObject({ steps: { profile: 'completed' } });

    const history = await historyOf(lab.service, person.subject);
    expect(history.map(({ action, step }) => `${action} ${step}`)).toEqual(['complete profile']);
    expect(new Set(lab.gate.transitions.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  });

  it('8: whose answer is lost after the commit is sent twice with one id and applied once, over a reload', async () => {
    const person = lab.someone();
    const device = await lab.device();
    const tab = await device.open(person);
    await tab.settled();

    lab.gate.loseAnswerTo(isTransition);
    await tab.click('complete', 'profile');
    await eventually(async () => (await historyOf(lab.service, person.subject)).length === 1);
    await tab.page.reload();
    expect(await tab.settled()).toMatchObject({ steps: { profile: 'completed' } });

    expect(lab.gate.transitions.map(({ status }) => status)).toEqual([undefined, 200]);
    const keys = lab.gate.transitions.map(({ idempotencyKey }) => idempotencyKey);
    expect(keys[0]).toBe(keys[1]);
    expect(await operationsOf(lab.service, person.subject)).toEqual([{ key: keys[0], applied: true }]);
    expect(await historyOf(lab.service, person.subject)).toHaveLength(1);
  });

  it('9: with a reload while the request is on its way is applied once', async () => {
    const person = lab.someone();
    const device = await lab.device();
    const tab = await device.open(person);
    await tab.settled();

    const release = lab.gate.hold(isTransition);
    await tab.click('complete', 'profile');
    await tab.untilSent(lab.gate, 1);
    await tab.page.reload();
    await tab.until(({ pendingWrites }) => pendingWrites === 1);
    release();
    expect(await tab.settled()).toMatchObject({ steps: { profile: 'completed' } });

    expect(await historyOf(lab.service, person.subject)).toHaveLength(1);
    expect(new Set(lab.gate.transitions.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  });

  it('S18: that is reported confirmed is seen by a fresh GET of another client, with the stored time', async () => {
    const person = lab.someone();
    const device = await lab.device();
    const tab = await device.open(person);
    await tab.settled();
    await tab.click('complete', 'profile');
    await tab.untilOutcomes(1);

    expect(await tab.outcomes()).toEqual(['confirmed']);
    const { body } = await person.api.view(TOUR);
    const [stored] = await lab.service.sql(
      `SELECT steps->'profile'->>'at' AS at FROM foothold.onboarding_progress WHERE subject = $1 AND flow_key = $2`,
      [person.subject, TOUR],
    );
    expect(body.steps[0]).toMatchObject({ status: 'completed', completedAt: stored.at });
  });

  it('S17: during an outage of the database they are kept, and applied once, in order, by themselves', async () => {
    const person = lab.someone();
    const device = await lab.device();
    const tab = await device.open(person);
    await tab.settled();

    const mend = await databaseOutage(lab.service);
    try {
      await tab.click('complete', 'profile');
      await tab.click('complete', 'first_project');
      await tab.click('skip', 'invite_teammates');
      expect(await tab.until(({ pendingWrites }) => pendingWrites === 3)).toMatchObject({ status: 'completed' });
      await tab.until(({ degradedReason }) => degradedReason === 'backend');
      await tab.untilOutcomes(3);
      // What only waits opens nothing.
      expect(await tab.gate()).toBe('wizard');
    } finally {
      await mend();
    }
    expect(await tab.settled()).toMatchObject({ status: 'completed' });
    await tab.page.locator('[data-gate="app"]').waitFor();
    expect(await tab.outcomes()).toEqual(['queued', 'queued', 'queued']);
    const history = await historyOf(lab.service, person.subject);
    expect(history.map(({ action, step }) => `${action} ${step}`)).toEqual([
      'complete profile',
      'complete first_project',
      'skip invite_teammates',
    ]);
  });

  it('that the rules refuse is told at once', async () => {
    const person = lab.someone();
    const device = await lab.device();
    const tab = await device.open(person);
    await tab.settled();
    const button = tab.page.getByTestId('complete-first_project');
    expect(await button.getAttribute('aria-disabled')).toBe('true');
    await button.click({ force: true });
    await tab.untilOutcomes(1);
    expect(await tab.outcomes()).toEqual(['rejected:step_blocked']);
    // The browser knows the rules: there was nothing to send.
    expect(lab.gate.transitions).toEqual([]);
  });

  it('shows in every other hook, comes from an older product, and waits while the devtools cut the network', async () => {
    const person = lab.someone();
    const device = await lab.device();
    lab.gate.slow(500);
    const { page } = await device.open(person, { extras: true });
    const shows = (id: string, text: string): Promise<void> => page.getByTestId(id).filter({ hasText: text }).waitFor();
    const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
    await shows('suspense', 'suspended');
    lab.gate.slow(0);
    await shows('suspense', 'not_started');
    await shows('bound', 'profile');

    await press('Complete by useStep');
    await shows('step', 'completed');
    await shows('query', '1');
    await shows('bound', 'first_project');

    await page.evaluate(() => localStorage.setItem('older_product', 'invited'));
    await press('Import legacy');
    await shows('query', '2');
    expect(await page.evaluate(() => localStorage.getItem('older_product'))).toBeNull();

    const noNetwork = page.getByRole('checkbox', { name: 'No network' });
    await noNetwork.check();
    await press('complete first_project');
    await page.getByText('revision 2, 1 waiting').waitFor();
    await shows('query', '2');
    await noNetwork.uncheck();
    await press('Send now');
    await page.getByText('completed, from database, revision 3, 0 waiting').waitFor();
    const history = await historyOf(lab.service, person.subject);
    expect(history.map(({ step }) => step)).toEqual(['profile', 'invite_teammates', 'first_project']);
  });
});

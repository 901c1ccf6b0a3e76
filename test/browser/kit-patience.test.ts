import { violations } from './support/axe.js';
import { BrowserLab } from './support/browser-lab.js';

describe('a slow world', () => {
  let lab: BrowserLab;

  beforeAll(async () => {
    lab = await BrowserLab.open();
  });
  afterEach(() => lab.reset());
  afterAll(() => lab.close());

  it('20: a token endpoint that hangs is an outage, and never a sign-out', async () => {
    const person = lab.someone();
    await person.api.move({ step: 'profile', action: 'complete' }, {}, 'member_tour');
    const device = await lab.device();
    await (await device.open(person)).settled();
    const tab = await device.open(person, { strict: true, tokens: 'hanging' });
    expect(await tab.until(({ isDegraded }) => isDegraded)).toMatchObject({
      degradedReason: 'backend',
      source: 'cache',
      status: 'in_progress',
    });
    await tab.click('complete', 'first_project');
    await tab.until(({ pendingWrites }) => pendingWrites === 1);
    expect(await violations(tab.page)).toEqual([]);
    expect((await tab.frames()).map(({ status }) => status)).not.toContain('unknown');

    await tab.page.goto('about:blank');
    const later = await device.open(person);
    expect(await later.settled()).toMatchObject({ steps: { first_project: 'completed' } });
  });

  it('S04: an expired token leaves the cache as it was, marked stale', async () => {
    const subject = lab.someone().subject;
    const device = await lab.device();
    await (await device.open(lab.someone(subject))).settled();
    const hourAgo = Math.floor(Date.now() / 1000) - 3600;
    const expired = { ...lab.someone(subject), token: lab.service.token(subject, { iat: hourAgo - 60, exp: hourAgo }) };
    const tab = await device.open(expired);
    expect(await tab.until(({ degradedReason }) => degradedReason === 'auth')).toMatchObject({
      source: 'cache',
      isStale: true,
      status: 'not_started',
    });
    const later = await device.open(lab.someone(subject));
    await later.settled();
    expect((await later.frames())[0]).toMatchObject({ status: 'not_started' });
  });
});

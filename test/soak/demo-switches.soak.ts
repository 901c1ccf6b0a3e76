import type { Page } from 'playwright-core';
import { button, heading, logIn, saved } from '../browser/support/demo-page.js';
import { demoStories, SCREEN_SIZES } from '../browser/support/demo-visit.js';
import { mouse } from '../browser/support/hands.js';

/** A page that was refused again and again asks once a minute. */
const LONGEST_BACKOFF_MS = 120_000;

const stories = demoStories();

/** What the panel says of a level. */
const levelSays = (page: Page, level: string, text: string | RegExp): Promise<void> =>
  page.getByRole('region', { name: level }).getByText(text).waitFor();

describe.each(SCREEN_SIZES)('on a $size, a switch shows what a person would see:', (screen) => {
  stories.tell(
    'Auth0 that limits or hangs is seen under the hood only, until the database is down, too',
    screen,
    async (visit) => {
      const { page } = visit;
      const turnAuth0 = (state: string): Promise<void> =>
        visit.underTheHood(() => page.getByText(state, { exact: true }).click());
      await visit.arriveHome('mirrored');

      await turnAuth0('429');
      await visit.saveProfile();
      await saved(page);
      await visit.underTheHood(async () => {
        await levelSays(page, 'Auth0', /^rate limited$/);
        await levelSays(page, 'Auth0', /Trying again/);
        // Also where the drawer was closed meanwhile.
        expect(await page.getByRole('radio', { name: '429' }).isChecked()).toBe(true);
        await visit.look('levels-auth0-429');
      });

      await turnAuth0('Hangs');
      await visit.createProject();
      await button(page, 'Make an invitation link').waitFor();
      await saved(page);
      await visit.underTheHood(async () => {
        await levelSays(page, 'Auth0', /^hangs$/);
        await visit.look('levels-auth0-hangs');
      });

      // Now nobody can say anything: a device that knows nothing shows neither the product nor the set-up.
      await visit.flip('Database down');
      const fresh = await visit.elsewhere(stories.lab.url('127.0.0.1'));
      await button(fresh, 'Log in').click();
      await logIn(fresh, mouse, visit.email('mirrored'));
      await heading(fresh, 'We cannot reach your workspace').waitFor();
      await visit.look('unknown-on-a-new-device', fresh);
      await visit.flip('Database down');
      await heading(fresh, /^Welcome/).waitFor({ timeout: LONGEST_BACKOFF_MS });

      await turnAuth0('Fine');
      await visit.underTheHood(async () => {
        await levelSays(page, 'Auth0', /^mirrored$/);
        await visit.look('levels');
      });
    },
  );

  stories.tell('a slow network waits and says so, and never shows the wrong page', screen, async (visit) => {
    const { page, device } = visit;
    await visit.arrive('slow');
    await visit.flip('Slow network');
    await page.reload();
    await heading(page, 'Loading your workspace').waitFor();
    await visit.look('loading');
    await page.getByLabel('Business name').fill('Fern & Moss');
    await page.getByText('Saving…').waitFor();
    await saved(page);
    const gates = (await device.frames(page)).map(({ gate }) => gate);
    expect([...new Set(gates)]).toEqual(['wait', 'wizard']);
  });

  stories.tell(
    'offline, and with the database down as well, what is done waits where it is seen, and is sent later',
    screen,
    async (visit) => {
      const { page } = visit;
      await visit.arrive('offline');
      await page.getByLabel('Business name').fill('Fern Studio');
      await saved(page);
      await visit.flip('Offline');
      await visit.press('Continue');
      await heading(page, 'Choose a plan').waitFor();
      await page.getByText(/Offline · \d kept here/).waitFor();
      await visit.underTheHood(async () => {
        await levelSays(page, 'This browser', 'complete business_info');
        await visit.look('levels-offline');
      });
      await visit.flip('Database down');
      await visit.underTheHood(async () => {
        await levelSays(page, 'PostgreSQL', 'Stopped. Nobody can say anything new.');
        await visit.look('levels-all-down');
      });
      await visit.flip('Offline');
      await page.getByText(/Service away · \d kept here/).waitFor();
      await visit.flip('Database down');
      await saved(page);
    },
  );

  stories.tell('a second device, and this one cleared, go on where the person was', screen, async (visit) => {
    const { page, device } = visit;
    await visit.arrive('devices');
    await page.getByLabel('Business name').fill('Fern Studio');
    await visit.press('Continue');
    await heading(page, 'Choose a plan').waitFor();
    await saved(page);

    const opened = page.waitForEvent('popup');
    await visit.underTheHood(() => visit.press('Second device'));
    const second = await opened;
    await button(second, 'Log in').click();
    expect(await second.getByLabel('E-mail address').inputValue()).toBe(visit.email('devices'));
    await logIn(second, mouse, visit.email('devices'));
    await heading(second, 'Choose a plan').waitFor();

    const opener = button(page, 'Under the hood');
    if ((await opener.getAttribute('aria-expanded')) === 'false') await opener.click();
    await visit.press('Clear this browser');
    await heading(page, /Plan together/).waitFor();
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('Fern');
    await visit.press('Log in');
    // Auth0 still knows them, and the service how far they are.
    await heading(page, 'Choose a plan').waitFor();
    expect((await device.frames(page)).map(({ text }) => text).join()).not.toContain('Business name');
  });
});

import type { Page, ViewportSize } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { fitsTheWidth, violations } from './support/axe.js';
import type { DemoDevice, DemoLab } from './support/demo-lab.js';
import { button, heading, logIn, saved, signUp, turn } from './support/demo-page.js';
import type { Hands } from './support/hands.js';

/** Of half a minute on an idle machine. */
export const STORY_TIMEOUT_MS = 180_000;

/** On which screen the story happens, and how its people work the page. */
export interface Telling {
  readonly how: string;
  readonly hands: Hands;
  readonly viewport: ViewportSize;
  readonly colorScheme: 'light' | 'dark';
}

/** Nothing wrong for people who cannot see well, and nothing to scroll sideways for. The soak looks at every state. */
export async function check(page: Page): Promise<void> {
  expect(await violations(page)).toEqual([]);
  expect(await fitsTheWidth(page)).toBe(true);
}

/** What `RequireOnboarding` showed, in the order of the frames. */
const gatesOf = async (device: DemoDevice, page: Page): Promise<(string | null)[]> =>
  (await device.frames(page)).map(({ gate }) => gate);

/** Steps that were done, in order, as the service recorded them. */
async function doneIn(lab: DemoLab, flow: string, email: string): Promise<string[]> {
  const person = await lab.api(email);
  const { body } = await person.history('?limit=100', flow);
  const entries = (body.items as { step: string; action: string }[]).map(({ step, action }) => `${step} ${action}`);
  return entries.reverse().filter((entry) => /(complete|attest)$/.test(entry));
}

/** To be called where a lab is opened: `npm test` tells the story in one way, `npm run soak` in another. */
export function testWholeStory(openedLab: () => DemoLab, telling: Telling): void {
  const { how, hands, viewport, colorScheme } = telling;
  const email = `lin-${how}@petal.example`;

  test(
    'the whole story: nothing is lost, nothing is asked twice, and no page flashes that is not the right one',
    async () => {
      const lab = openedLab();
      const device = await lab.device({ viewport, colorScheme });
      let page = await device.open(lab.url());
      await heading(page, /Plan together/).waitFor();
      await check(page);

      await hands.press(button(page, 'Start for free'));
      await signUp(page, hands, email);

      // A half-filled form is on the second device as it was left here.
      await hands.fill(page.getByLabel('Business name'), 'Petal & Stone');
      await saved(page);
      await check(page);
      const second = await lab.device({ viewport, colorScheme });
      const there = await second.open(lab.url('127.0.0.1'));
      await hands.press(button(there, 'Log in'));
      await logIn(there, hands, email);
      await eventually(async () => (await there.getByLabel('Business name').inputValue()) === 'Petal & Stone');

      await hands.press(button(page, 'Continue'));
      await heading(page, 'Choose a plan').waitFor();
      await hands.press(button(page, 'Continue to payment'));
      await heading(page, 'Pay for the plan').waitFor();
      await check(page);

      // Once it was there, the wizard was never taken away.
      const shown = await gatesOf(device, page);
      expect(shown.slice(shown.indexOf('wizard'))).not.toContain('wait');

      // The database is stopped in the middle of the payment, and the page is reloaded meanwhile.
      await turn(page, hands, 'Database down');
      await eventually(async () => !(await lab.switches()).database);
      await hands.press(button(page, /^Pay/));
      await heading(page, 'Your payment is being confirmed').waitFor();
      await page.getByText(/Service away/).waitFor();
      await page.reload();
      await page
        .getByText(/We cannot reach your workspace|Your payment is being confirmed/)
        .first()
        .waitFor();
      expect(await button(page, /^Pay/).count()).toBe(0);
      await lab.turn('disk', false);
      await turn(page, hands, 'Database down');

      // What is paid is not asked for again where the workspace cannot be set up.
      await heading(page, 'We could not set up your workspace').waitFor();
      await check(page);
      await lab.turn('disk', true);
      await hands.press(button(page, 'Try again'));
      await heading(page, /^Welcome/).waitFor();
      // The second device followed by itself.
      await heading(there, /^Welcome/).waitFor();

      await hands.fill(page.getByLabel('Your name'), 'Lin');
      await hands.press(button(page, 'Save profile'));
      await page.getByLabel('Project name').waitFor();
      await saved(page);
      await check(page);

      // The tab is closed during an offline write.
      await device.context.setOffline(true);
      await hands.fill(page.getByLabel('Project name'), 'Spring launch');
      await hands.press(button(page, 'Create project'));
      await page.getByText(/Offline · [12] kept here/).waitFor();
      await page.close();
      await device.context.setOffline(false);
      page = await device.open(lab.url());
      await page.getByText('Spring launch').waitFor();
      await saved(page);
      await there.getByText('Spring launch').waitFor();

      await hands.press(button(page, 'Make an invitation link'));
      const link = await page.getByLabel(/Invitation link/).inputValue();
      await page.getByText('Get started').waitFor({ state: 'detached' });
      await saved(page);
      await check(page);

      // Signed out, nothing of the person is left; signed in again, nothing is asked again.
      await hands.press(button(page, /^Account of/));
      await hands.press(page.getByRole('menuitem', { name: 'Sign out' }));
      await heading(page, /Plan together/).waitFor();
      expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('Petal');
      await hands.press(button(page, 'Log in'));
      await logIn(page, hands, email);
      await heading(page, 'Welcome, Lin').waitFor();
      expect(await gatesOf(device, page)).not.toContain('wizard');
      expect(await gatesOf(device, page)).toContain('app');
      await there.reload();
      await heading(there, 'Welcome, Lin').waitFor();
      expect(await gatesOf(second, there)).not.toContain('wizard');

      // Each step counts once, whatever happened to its requests.
      expect(await doneIn(lab, 'workspace', email)).toEqual([
        'business_info complete',
        'subscription complete',
        'payment attest',
        // It failed, and was tried again.
        'setup attest',
        'setup attest',
      ]);
      expect(await doneIn(lab, 'member_tour', email)).toEqual([
        'profile complete',
        'first_project complete',
        'invite_teammates complete',
      ]);
      expect([...device.errors, ...second.errors]).toEqual([]);

      await colleagueJoins(lab, link, telling);
    },
    STORY_TIMEOUT_MS,
  );
}

/** Kat owns another workspace: by the link she gets into this one, and goes back and forth. */
async function colleagueJoins(lab: DemoLab, link: string, { hands, viewport, colorScheme }: Telling): Promise<void> {
  const device = await lab.device({ viewport, colorScheme });
  const page = await device.open(link);
  await page.getByText('You are invited to a workspace').waitFor();
  await hands.press(button(page, 'Log in'));
  await logIn(page, hands, 'kat@globex.example', 'demo');
  await heading(page, /^Welcome/).waitFor();
  // Never asked what the owner has answered, not for a frame: Kat's own workspace is not set up.
  expect(await gatesOf(device, page)).not.toContain('wizard');
  await hands.press(button(page, /^Workspace: Petal & Stone/));
  await hands.press(page.getByRole('menuitem', { name: /Globex/ }));
  await heading(page, 'Tell us about your business').waitFor();
  expect(device.errors).toEqual([]);
}

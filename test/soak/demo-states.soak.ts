import { button, heading, logIn, saved, signUp } from '../browser/support/demo-page.js';
import { demoStories, SCREEN_SIZES } from '../browser/support/demo-visit.js';
import { mouse } from '../browser/support/hands.js';
import { DEMO_PASSWORD } from '../../src/local/demo-people.js';
import { tellBusiness } from '../support/workspace.js';

/*
 * Every page of the demo in every state, in both themes and on both sizes. With PICTURES=<folder> a picture of each is
 * left there, to look at.
 */

const GOOD_CARD = '4242 4242 4242 4242';
const DECLINED_CARD = '4000 0000 0000 0002';
/** Somebody with a workspace of their own, another for each size. */
const OWNERS = { desktop: 'kat@globex.example', phone: 'ada@acme.example' } as const;

const stories = demoStories();

describe.each(SCREEN_SIZES)('on a $size nothing is cut off, and axe finds nothing', (screen) => {
  stories.tell('on the way to a workspace, with all that can go wrong on it', screen, async (visit) => {
    const { page } = visit;
    await visit.look('landing');
    await visit.arrive('setup');
    await visit.press('Continue');
    await page.getByText('Please tell us the name of your business').waitFor();
    await visit.look('business-error');
    await page.getByLabel('Business name').fill('Petal & Stone');
    await page.getByLabel('Country').selectOption('Germany');
    await saved(page);
    await visit.look('business');
    await visit.press('Continue');
    await heading(page, 'Choose a plan').waitFor();
    await saved(page);
    await visit.look('plan');
    await visit.press('Continue to payment');
    await heading(page, 'Pay for the plan').waitFor();
    await saved(page);
    await visit.look('payment');

    await visit.flip('Offline');
    await visit.press(/^Pay/);
    await page.getByText(/The payment provider did not answer/).waitFor();
    await visit.look('payment-offline');
    await visit.flip('Offline');
    await saved(page);
    await page.getByLabel('Card number').fill(DECLINED_CARD);
    await visit.press(/^Pay/);
    await page.getByText('The payment did not go through').waitFor();
    await visit.look('payment-declined');

    await visit.flip('Database down');
    await page.getByLabel('Card number').fill(GOOD_CARD);
    await visit.press(/^Pay/);
    await heading(page, 'Your payment is being confirmed').waitFor();
    await page.getByText(/Service away/).waitFor();
    await visit.look('payment-database-down');
    await page.reload();
    await heading(page, 'We cannot reach your workspace').waitFor();
    await page.getByText(/remembers:/).waitFor();
    await visit.look('unknown');

    await visit.flip('Provisioning fails');
    await visit.flip('Database down');
    await heading(page, 'We could not set up your workspace').waitFor();
    await saved(page);
    await visit.look('provisioning-failed');
    await visit.flip('Offline');
    await visit.press('Try again');
    await heading(page, 'We set up your workspace').waitFor();
    await visit.look('provisioning');
    await visit.flip('Provisioning fails');
    await visit.flip('Offline');
    await heading(page, /^Welcome/).waitFor();
  });

  stories.tell(
    'in the product, from empty to done, offline, refused and with the database down',
    screen,
    async (visit) => {
      const { page } = visit;
      await visit.arriveHome('home');
      await saved(page);
      await visit.look('home-empty');
      await visit.saveProfile();
      await saved(page);
      await visit.look('home-checklist');

      await visit.flip('Offline');
      await visit.createProject();
      await page.getByText(/Offline · \d kept here/).waitFor();
      await visit.look('home-offline');
      // Meanwhile another device takes back what the project needs.
      const other = await visit.elsewhere(stories.lab.url('127.0.0.1'));
      await button(other, 'Log in').click();
      await logIn(other, mouse, visit.email('home'));
      await button(other, 'Redo: Complete your profile').click();
      await other.getByLabel('Your name').waitFor();
      await saved(other);
      await visit.flip('Offline');
      await page.getByText(/^This was not saved/).waitFor();
      await page.getByText('Something was not saved').waitFor();
      await visit.look('home-refused');
      await visit.press('Dismiss');
      await saved(page);

      await visit.saveProfile();
      await visit.createProject();
      await button(page, 'Make an invitation link').waitFor();
      await saved(page);
      await visit.look('home-invite');
      await visit.press('Make an invitation link');
      await page.getByLabel(/Invitation link/).waitFor();
      await saved(page);
      await visit.look('home-done');
      await visit.press(/^Account of/);
      await page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
      await visit.look('home-account');
      await page.keyboard.press('Escape');

      // Whoever was let in once stays in.
      await visit.flip('Database down');
      await page.reload();
      await heading(page, /^Welcome/).waitFor();
      await page.getByText(/Service away/).waitFor();
      await visit.look('home-database-down');
    },
  );

  stories.tell(
    'for people who are invited: all is set up, or not yet, or they have several workspaces',
    screen,
    async (visit) => {
      const guest = [OWNERS[screen.size], DEMO_PASSWORD] as const;
      await tellBusiness(await stories.lab.api(...guest));
      await visit.arriveHome('host');
      const link = await visit.invitationFrom(visit.email('host'));
      const invited = await visit.elsewhere(link);
      await invited.getByText('You are invited to a workspace').waitFor();
      await visit.look('invited', invited);
      await button(invited, 'Log in').click();
      await logIn(invited, mouse, ...guest);
      await heading(invited, /^Welcome/).waitFor();
      await saved(invited);
      await visit.look('home-member', invited);
      await button(invited, /^Workspace: /).click();
      await invited.getByRole('menuitem', { name: /owner/ }).waitFor();
      await visit.look('workspace-menu', invited);

      const late = await visit.elsewhere(link);
      await button(late, 'Start for free').click();
      await signUp(late, mouse, visit.email('late'));
      await late.getByText('This invitation was not accepted').waitFor();
      await late.getByText('Another user has already accepted this invitation').waitFor();
      await heading(late, 'Tell us about your business').waitFor();
      await visit.look('invitation-refused', late);
      await button(late, 'Dismiss').click();
      await late.getByText('This invitation was not accepted').waitFor({ state: 'detached' });

      const elsewhere = await visit.elsewhere(stories.lab.url('127.0.0.1'));
      await button(elsewhere, 'Log in').click();
      await logIn(elsewhere, mouse, ...guest);
      await heading(elsewhere, 'Where do you want to work?').waitFor();
      await visit.look('workspace-choice', elsewhere);

      const owner = await visit.elsewhere(stories.lab.url('127.0.0.1'));
      await button(owner, 'Start for free').click();
      await signUp(owner, mouse, visit.email('busy-owner'));
      await owner.getByLabel('Business name').fill('Not yet');
      await button(owner, 'Continue').click();
      await heading(owner, 'Choose a plan').waitFor();
      await saved(owner);
      const early = await visit.elsewhere(await visit.invitationFrom(visit.email('busy-owner')));
      await button(early, 'Start for free').click();
      await signUp(early, mouse, visit.email('early'));
      await heading(early, 'Almost there').waitFor();
      await visit.look('waiting-for-owner', early);
      await owner.getByRole('radio', { name: /^Free/ }).check();
      await button(owner, 'Continue for free').click();
      await heading(early, /^Welcome/).waitFor();
    },
  );

  stories.tell('in each moment of the guided minute, and after a login that failed', screen, async (visit) => {
    const { page } = visit;
    const guide = page.getByRole('complementary', { name: 'The guided minute' });
    const next = (name: string): Promise<void> => guide.getByRole('heading', { name }).waitFor();
    const press = (name: string): Promise<void> => guide.getByRole('button', { name }).click();
    await visit.press(/See it break/);
    await next('Sign up');
    await visit.look('minute-1-sign-up');
    await press('Sign up');
    await signUp(page, mouse, visit.email('minute'));
    await next('Stop the database');
    await visit.look('minute-2-stop');
    await press('Stop the database');
    await next('Go on as if nothing were');
    await visit.look('minute-3-go-on');
    await page.getByLabel('Business name').fill('Minute');
    await next('Start the database');
    await visit.look('minute-4-start');
    await press('Start the database');
    await guide.getByText(/each step counted once/).waitFor();
    await visit.look('minute-5-done');
    await press('Done');

    const failed = await visit.elsewhere(
      stories.lab.url('localhost', '?error=access_denied&error_description=No&state=x'),
    );
    await failed.getByText('That login did not work').waitFor();
    await visit.look('login-failed', failed);
  });
});

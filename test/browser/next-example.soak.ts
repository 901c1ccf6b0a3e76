import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { eventually } from '../support/eventually.js';
import { TestService } from '../support/service.js';
import { violations } from './support/axe.js';
import { FrameRecorder } from './support/frames.js';
import { Gate, isTransition } from './support/gate.js';
import { NextExample } from './support/next-example.js';
import { historyOf } from './support/operation-log.js';

const TOUR = 'member_tour';
const STEPS = ['profile', 'first_project', 'invite_teammates'];
const PASSWORD = 'a-good-one';
/** Longer than the example's server waits for a view, and so its pages are made without one. */
const TOO_SLOW_MS = 1_500;

/** What only this page shows. */
const SHOWN = { start: 'E-mail address', wait: 'One moment', tour: 'Get to know', dashboard: 'You know your way' };
type Shown = keyof typeof SHOWN;

interface Member {
  readonly email: string;
  readonly subject: string;
  /** The session's cookie, as the example's server sets it. */
  readonly cookie: string;
}

describe('the Next.js example', () => {
  let service: TestService;
  let gate: Gate;
  let example: NextExample;
  let browser: Browser;
  let contexts: BrowserContext[] = [];

  beforeAll(async () => {
    NextExample.build();
    const url = await NextExample.address();
    [service, browser] = await Promise.all([TestService.start({ env: { CORS_ORIGINS: url } }), launchChromium()]);
    gate = await Gate.open(service.url);
    example = await NextExample.start(url, { foothold: gate.url, auth0: service.standIn.domain });
  }, 600_000);

  afterEach(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    contexts = [];
    gate.reset();
  });

  afterAll(async () => {
    await browser?.close();
    await example?.stop();
    await gate?.close();
    await service?.stop();
  });

  /** Somebody new who has done the first so many steps of the tour. */
  async function member(email: string, stepsDone: number): Promise<Member> {
    const account = { client_id: 'foothold-demo-web', connection: 'Username-Password-Authentication' };
    const answer = await fetch(`${service.standIn.domain}/dbconnections/signup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...account, email, password: PASSWORD }),
    });
    const subject = `auth0|${((await answer.json()) as { _id: string })._id}`;
    const api = service.person(subject);
    for (const step of STEPS.slice(0, stepsDone)) await api.move({ step, action: 'complete' }, {}, TOUR);
    return { email, subject, cookie: `session=${api.token}` };
  }

  /** What the example's server answers, without a browser. */
  const ask = (path: string, { cookie }: { cookie?: string } = {}): Promise<Response> =>
    fetch(`${example.url}${path}`, { headers: cookie ? { cookie } : {}, redirect: 'manual' });

  /** A browser of its own; `complaints` are what pages threw, and wrote to the console as errors and warnings. */
  async function device(): Promise<{ context: BrowserContext; frames: FrameRecorder; complaints: string[] }> {
    const context = await browser.newContext();
    contexts.push(context);
    const complaints: string[] = [];
    context.on('weberror', (error) => complaints.push(String(error.error())));
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    return { context, frames: await FrameRecorder.on(context), complaints };
  }

  async function signedIn({ cookie }: Member) {
    const made = await device();
    const [name = '', value = ''] = cookie.split('=');
    await made.context.addCookies([{ name, value, url: example.url, httpOnly: true, sameSite: 'Lax' }]);
    return { ...made, page: await made.context.newPage() };
  }

  async function logIn(page: Page, email: string, password = PASSWORD): Promise<void> {
    await page.goto(example.url);
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
  }

  /** What the document showed so far, in the order of its frames, each once in a row. */
  async function shown(frames: FrameRecorder, page: Page): Promise<(Shown | undefined)[]> {
    const names = Object.keys(SHOWN) as Shown[];
    const seen = (await frames.of(page)).map(({ text }) => names.find((name) => text.includes(SHOWN[name])));
    return seen.filter((name, index) => name !== seen[index - 1]);
  }

  /** The page's scripts have taken it over: the kit follows the service. */
  const isFollowing = (): Promise<void> => eventually(async () => gate.streams.some(({ status }) => status === 200));

  it('shows where a person is without a script', async () => {
    const { email } = await member('lin@petal.example', 1);
    const context = await browser.newContext({ javaScriptEnabled: false });
    contexts.push(context);
    const page = await context.newPage();
    await logIn(page, email);
    await page.waitForURL(`${example.url}/tour`);
    const steps = page.getByRole('list', { name: 'Steps' });
    expect(await steps.getAttribute('data-status')).toBe('in_progress');
    expect(await steps.locator('[data-step="profile"]').getAttribute('data-status')).toBe('completed');
    expect(await steps.locator('[aria-current="step"]').getAttribute('data-step')).toBe('first_project');
    expect(await page.getByRole('progressbar').getAttribute('aria-valuetext')).toBe('1 of 3 steps');
  });

  it('is taken over by the browser without a repair, a complaint or another frame', async () => {
    const { page, frames, complaints } = await signedIn(await member('ida@petal.example', 1));
    await page.goto(`${example.url}/tour`);
    await isFollowing();
    const texts = (await frames.of(page)).map(({ text }) => text);
    expect(texts).toEqual([expect.stringContaining('Complete your profile')]);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('sends people who are not done to the tour, and nobody else', async () => {
    const [halfway, done] = [await member('max@petal.example', 1), await member('eva@petal.example', 3)];
    const refused = await ask('/dashboard', halfway);
    expect([refused.status, refused.headers.get('location')]).toEqual([307, '/tour']);
    expect(await refused.text()).not.toContain(SHOWN.dashboard);
    const stranger = await ask('/dashboard');
    expect([stranger.status, stranger.headers.get('location')]).toEqual([307, '/']);
    const opened = await ask('/dashboard', done);
    expect(opened.status).toBe(200);
    expect(opened.headers.get('cache-control')).toContain('no-store');
    expect(await opened.text()).toContain(`<p>${SHOWN.dashboard}`);
  });

  it('never shows the dashboard to people who are not done, nor the tour to people who are', async () => {
    const halfway = await signedIn(await member('mia@petal.example', 2));
    const done = await signedIn(await member('tom@petal.example', 3));
    await Promise.all([halfway, done].map(({ page }) => page.goto(`${example.url}/dashboard`)));
    await isFollowing();
    expect(await shown(halfway.frames, halfway.page)).toEqual(['tour']);
    expect(await shown(done.frames, done.page)).toEqual(['dashboard']);
    expect(await violations(done.page)).toEqual([]);
    expect([...halfway.complaints, ...done.complaints]).toEqual([]);
  });

  it('waits, and then shows the right page, where the server had no answer in time', async () => {
    const halfway = await signedIn(await member('zoe@petal.example', 2));
    const done = await signedIn(await member('ben@petal.example', 3));
    gate.slow(TOO_SLOW_MS);
    await Promise.all([halfway, done].map(({ page }) => page.goto(`${example.url}/dashboard`)));
    await done.page.getByText(SHOWN.dashboard).waitFor();
    await halfway.page.getByRole('heading', { name: SHOWN.tour }).waitFor();
    expect(await shown(done.frames, done.page)).toEqual(['wait', 'dashboard']);
    expect((await shown(halfway.frames, halfway.page)).filter(Boolean)).toEqual(['wait', 'tour']);
    expect([...halfway.complaints, ...done.complaints]).toEqual([]);
  });

  it('opens nothing while nobody can say, and goes on by itself', async () => {
    const { page, frames } = await signedIn(await member('kim@petal.example', 3));
    gate.cut();
    await page.goto(`${example.url}/dashboard`);
    await page.getByText('We cannot reach your workspace').waitFor();
    gate.mend();
    await page.getByText(SHOWN.dashboard).waitFor();
    expect(await shown(frames, page)).toEqual(['wait', undefined, 'dashboard']);
  });

  it('has a step confirmed by the service, and opens the dashboard with the last one', async () => {
    const { subject, ...person } = await member('uma@petal.example', 1);
    const { page, frames, complaints } = await signedIn({ subject, ...person });
    await page.goto(`${example.url}/tour`);
    await isFollowing();
    const step = (key: string) => page.locator(`[data-step="${key}"]`);
    await step('first_project').getByRole('button', { name: 'Done' }).click();
    await step('invite_teammates').getByRole('button', { name: 'Skip' }).click();
    await page.getByRole('link', { name: 'Go to your workspace' }).click();
    await page.getByText(SHOWN.dashboard).waitFor();

    const moves = (await historyOf(service, subject)).map(({ step: key, action }) => `${action} ${key}`);
    expect(moves).toEqual(['complete profile', 'complete first_project', 'skip invite_teammates']);
    expect(await shown(frames, page)).toEqual(['tour', 'dashboard']);
    expect(await (await ask('/tour', person)).text()).toContain('data-status="completed"');
    expect(complaints).toEqual([]);
  });

  it('replays a click that waits over what the server rendered, down to each button', async () => {
    const { subject, ...person } = await member('ann@petal.example', 0);
    const { context, page, complaints } = await signedIn({ subject, ...person });
    const project = page.locator('[data-step="first_project"]').getByRole('button', { name: 'Done' });
    gate.refuse(isTransition);
    await page.goto(`${example.url}/tour`);
    await isFollowing();
    expect(await project.getAttribute('aria-disabled')).toBe('true');
    await page.locator('[data-step="profile"]').getByRole('button', { name: 'Done' }).click();
    await page.reload();
    expect(await (await ask('/tour', person)).text()).toMatch(/data-step="profile" data-status="pending"/);
    await page.locator('[data-step="profile"][data-status="completed"]').waitFor();
    expect(await project.getAttribute('aria-disabled')).toBeNull();
    gate.reset();
    // Who comes back online is not kept waiting.
    await context.setOffline(true);
    await context.setOffline(false);
    await page.getByRole('status').getByText('Saved', { exact: true }).waitFor();
    expect((await historyOf(service, subject)).map(({ step }) => step)).toEqual(['profile']);
    expect(complaints.filter((text) => !text.includes('Failed to load resource'))).toEqual([]);
  });

  it('leaves nothing of a person who signs out', async () => {
    const { email } = await member('pia@petal.example', 3);
    const { context, complaints } = await device();
    const page = await context.newPage();
    await logIn(page, email);
    await page.getByRole('link', { name: 'Go to your workspace' }).click();
    await page.getByText(SHOWN.dashboard).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('E-mail address').waitFor();
    expect(await context.cookies()).toEqual([]);
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
    await page.goto(`${example.url}/dashboard`);
    await page.getByLabel('E-mail address').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('says why a login failed, and hands a token to nobody else', async () => {
    const page = await (await device()).context.newPage();
    await logIn(page, 'lin@petal.example', 'not-this-one');
    expect(await page.getByRole('main').getByRole('alert').textContent()).toContain('password is wrong');
    expect((await ask('/session')).status).toBe(401);
    expect((await ask('/session', { cookie: 'session=nonsense' })).status).toBe(401);
  });
});

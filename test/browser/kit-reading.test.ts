import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import type { OnboardingView } from '../../client/kit/src/core/index.js';
import { getInitialView } from '../../client/kit/src/next/index.js';
import { FLOWS } from './kit-page/flows.js';
import { KitPage } from './kit-page/KitPage.js';
import { readSettings } from './kit-page/settings.js';
import { BrowserLab, type Someone } from './support/browser-lab.js';
import { databaseOutage } from './support/database-outage.js';
import type { Frame } from './support/frames.js';
import { isStream, isViewRead } from './support/gate.js';
import { historyOf } from './support/operation-log.js';

const TOUR = 'member_tour';
const SLOW_MS = 3_000;

const gatesOf = (frames: readonly Frame[]): (string | null)[] => [...new Set(frames.map(({ gate }) => gate))];

/** Does every step of the tour by HTTP, as another device would. */
async function finishTour({ api }: Someone): Promise<void> {
  for (const step of ['profile', 'first_project', 'invite_teammates']) {
    const { status } = await api.move({ step, action: 'complete' }, {}, TOUR);
    if (status !== 200) throw new Error(`${step} was refused: ${status}`);
  }
}

describe('what a person sees first', () => {
  let lab: BrowserLab;

  beforeAll(async () => {
    lab = await BrowserLab.open();
  });
  afterEach(() => lab.reset());
  afterAll(() => lab.close());

  it('1: shows the cached status in the first frame after a reload, while the service takes 3 s', async () => {
    const person = lab.someone();
    await person.api.move({ step: 'profile', action: 'complete' }, {}, TOUR);
    const device = await lab.device();
    const tab = await device.open(person);
    await tab.settled();

    lab.gate.slow(SLOW_MS);
    await tab.page.reload();
    await tab.until(({ source, isStale }) => source === 'database' && !isStale);

    const frames = await tab.frames();
    expect(frames[0]).toMatchObject({ status: 'in_progress', source: 'cache' });
    expect(frames.at(-1)).toMatchObject({ status: 'in_progress', source: 'database' });
    expect(frames.map(({ status }) => status)).not.toContain('unknown');
  });

  it('2 and S01: on a clean device, whoever is done waits and then sees the application, never the wizard', async () => {
    const person = lab.someone();
    await finishTour(person);
    lab.gate.slow(1_000);
    const device = await lab.device();
    const tab = await device.open(person);
    await tab.settled();

    expect(await tab.gate()).toBe('app');
    expect(gatesOf(await tab.frames())).toEqual(['wait', 'app']);
  });

  it('3: a cached "incomplete" never puts the wizard into the document when it was completed elsewhere', async () => {
    const person = lab.someone();
    const device = await lab.device();
    const tab = await device.open(person);
    await tab.settled();
    await tab.page.goto('about:blank');
    await finishTour(person);

    lab.gate.slow(1_000);
    const later = await device.open(person);
    await later.settled();
    const frames = await later.frames();
    expect(frames[0]).toMatchObject({ source: 'cache', gate: 'wait' });
    expect(gatesOf(frames)).toEqual(['wait', 'app']);
  });

  it('S52: a cached "completed" opens at once and gives way to the service, where it was reopened', async () => {
    const person = lab.someone();
    await finishTour(person);
    const device = await lab.device();
    const tab = await device.open(person);
    await tab.settled();
    await tab.page.goto('about:blank');
    await person.api.move({ step: 'first_project', action: 'reopen' }, {}, TOUR);

    lab.gate.slow(1_000);
    const later = await device.open(person);
    await later.until(({ source, status }) => source === 'database' && status === 'in_progress');
    expect((await later.frames())[0]).toMatchObject({ source: 'cache', status: 'completed', gate: 'app' });
    expect(await later.gate()).toBe('wizard');
  });

  it('4: hydrates what a server rendered without a repair, and shows the cache within two frames', async () => {
    const person = lab.someone();
    await person.api.move({ step: 'profile', action: 'complete' }, {}, TOUR);
    const initialView = await getInitialView({
      baseUrl: lab.service.url,
      token: person.token,
      flow: FLOWS.member_tour,
    });
    const render = (view: OnboardingView | undefined) => (html: string, query: string) => {
      const page = renderToString(createElement(KitPage, { settings: readSettings(query), initialView: view }));
      const script = view ? `<script>window.initialView = ${JSON.stringify(view)}</script>` : '';
      return html.replace('<div id="root"></div>', `${script}<div id="root">${page}</div>`);
    };
    const device = await lab.device();
    const warm = await device.open(person);
    await warm.settled();
    lab.gate.slow(SLOW_MS);

    for (const view of [undefined, initialView]) {
      lab.pages.render = render(view);
      const tab = await device.open(person, { path: '/rendered' });
      await tab.until(({ status }) => status === 'in_progress');
      expect(await tab.page.evaluate(() => window.recoverableErrors)).toEqual([]);
      const statuses = (await tab.frames()).map(({ status }) => status);
      expect(statuses.indexOf('in_progress')).toBeLessThanOrEqual(view ? 0 : 2);
      expect(tab.errors).toEqual([]);
    }
  });

  it('5: with a cache, an outage is told, a click waits, and both end by themselves', async () => {
    const person = lab.someone();
    const device = await lab.device();
    await (await device.open(person)).settled();
    const mend = await databaseOutage(lab.service);
    try {
      const tab = await device.open(person);
      const degraded = await tab.until(({ isDegraded }) => isDegraded);
      expect(degraded).toMatchObject({
        source: 'cache',
        isStale: true,
        degradedReason: 'backend',
        status: 'not_started',
      });
      await tab.click('complete', 'profile');
      expect(await tab.until(({ pendingWrites }) => pendingWrites === 1)).toMatchObject({ status: 'in_progress' });
      expect(await tab.page.getByRole('status').getAttribute('data-status')).toBe('degraded');
      await mend();
      await tab.until(({ isDegraded }) => !isDegraded);
      expect(await tab.settled()).toMatchObject({ degradedReason: null, steps: { profile: 'completed' } });
    } finally {
      await mend();
    }
    const history = await historyOf(lab.service, person.subject);
    expect(history.map(({ step, action }) => `${action} ${step}`)).toEqual(['complete profile']);
  });

  it('6: without a cache, an outage is "unknown": neither the application nor the wizard', async () => {
    const person = lab.someone();
    const mend = await databaseOutage(lab.service);
    try {
      const device = await lab.device();
      const tab = await device.open(person);
      await tab.until(({ isDegraded }) => isDegraded);
      expect(await tab.state()).toMatchObject({ status: 'unknown', source: 'default', revision: null });
      await tab.page.locator('[data-gate="unknown"]').waitFor();
      await mend();
      await tab.settled();
      expect(gatesOf(await tab.frames())).toEqual(['wait', 'unknown', 'wizard']);
      expect(lab.gate.transitions).toEqual([]);
    } finally {
      await mend();
    }
  });

  it('S03: no answer never becomes a confirmed "not started", and nothing is kept of it', async () => {
    const person = lab.someone();
    lab.gate.refuse((request) => isViewRead(request) || isStream(request));
    const device = await lab.device();
    const tab = await device.open(person);
    await tab.until(({ degradedReason }) => degradedReason === 'backend');
    expect(await tab.state()).toMatchObject({ status: 'unknown', steps: {} });
    expect(await tab.page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes(':v:')))).toEqual([]);
  });
});

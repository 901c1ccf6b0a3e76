import { eventually } from '../support/eventually.js';
import type { BrowserLab, Tab } from './support/browser-lab.js';
import { isStream, isViewRead } from './support/gate.js';
import { Pace } from './support/pace.js';

const TOUR = 'member_tour';
const MINUTE_MS = 60_000;
const TOKEN_LIFETIME_SECONDS = 75;
/** With the real clocks the longest of them takes seven minutes. */
const LONGEST_TEST_MS = 10 * MINUTE_MS;
/** Three tabs together; see docs/kit/offline.md. */
const MOST_REQUESTS_IN_FIVE_MINUTES = 90;

/**
 * The browser scenarios that take minutes: `npm test` lets time pass faster in the pages, `npm run soak` waits for the
 * real clocks. The service's clock is always the real one. To be called where a lab is opened and reset.
 */
export function testLongWaits(openedLab: () => BrowserLab, { isScaled }: { readonly isScaled: boolean }): void {
  const paceOf = (speed: number): Pace => new Pace(isScaled ? speed : 1);
  let lab: BrowserLab;

  beforeAll(() => {
    lab = openedLab();
  });

  const open = () => lab.gate.streams.filter(({ isClosed, status }) => status === 200 && !isClosed);
  const untilStreams = (count: number): Promise<void> => eventually(async () => open().length === count);

  it(
    '14: with streams blocked, what another device did is seen within a minute',
    async () => {
      const pace = paceOf(30);
      const person = lab.someone();
      lab.gate.refuse(isStream);
      const device = await lab.device();
      await pace.take(device);
      const tab = await device.open(person);
      await tab.settled();
      const readsBefore = lab.gate.requests.filter(isViewRead).length;
      await person.api.move({ step: 'profile', action: 'complete' }, {}, TOUR);
      await pace.pass(MINUTE_MS);
      expect(await tab.until(({ revision }) => revision === 1)).toMatchObject({ steps: { profile: 'completed' } });
      expect(lab.gate.requests.filter(isViewRead).length).toBeGreaterThan(readsBefore);
    },
    LONGEST_TEST_MS,
  );

  it(
    'S57: three of them ask a service that is down no more than a few times, and stop when nobody is signed in',
    async () => {
      // Between two steps a page asks at most once: faster, and it could not ask too often.
      const pace = paceOf(30);
      const person = lab.someone();
      const device = await lab.device();
      await pace.take(device);
      // Always the middle of what jitter may draw: the budget is for the average, and no run is lucky or unlucky.
      await device.context.addInitScript(() => (Math.random = () => 0.5));
      lab.gate.refuse(() => true);
      const tabs: Tab[] = [];
      for (let count = 0; count < 3; count += 1) {
        const tab = await device.open(person);
        await tab.until(({ isDegraded }) => isDegraded);
        tabs.push(tab);
      }
      const askedBefore = lab.gate.requests.length;
      await pace.pass(5 * MINUTE_MS);
      const asked = lab.gate.requests.length - askedBefore;
      // A tab waits 1, 2, 4, … 60 s between two attempts, so it makes about ten in five minutes for its view; one of them
      // makes as many to follow, and asks once more after each that failed.
      expect(asked).toBeGreaterThan(3);
      expect(asked).toBeLessThan(MOST_REQUESTS_IN_FIVE_MINUTES);
      await Promise.all(tabs.map((tab) => tab.become(null)));
      await Promise.all(tabs.map((tab) => tab.until(({ status, error }) => status === 'unknown' && error === null)));
      await tabs[0]!.untilQuiet(lab.gate);
      const seen = lab.gate.requests.length;
      await pace.pass(2 * MINUTE_MS);
      expect(lab.gate.requests.slice(seen).map(({ path }) => path)).toEqual([]);
    },
    LONGEST_TEST_MS,
  );

  it(
    '15: a stream that falls silent is made again',
    async () => {
      const pace = paceOf(30);
      const device = await lab.device();
      await pace.take(device);
      const person = lab.someone();
      const tab = await device.open(person);
      await tab.settled();
      await untilStreams(1);
      const [silent] = open();
      const release = lab.gate.silenceStreams();
      await pace.pass(MINUTE_MS);
      await eventually(async () => silent!.isClosed);
      release();
      await untilStreams(1);
      await person.api.move({ step: 'profile', action: 'complete' }, {}, TOUR);
      await tab.until(({ revision }) => revision === 1);
    },
    LONGEST_TEST_MS,
  );

  // The service ends a stream by its own clock, and beats too slowly for pages whose time passes much faster.
  if (isScaled) return;

  it(
    'a page in the background lets go of its stream after five minutes, and has one again when it is looked at',
    async () => {
      const pace = paceOf(1);
      const person = lab.someone();
      const tab = await (await lab.device()).open(person);
      await tab.settled();
      await untilStreams(1);
      await tab.becomeVisible(false);
      await pace.pass(4 * MINUTE_MS);
      await untilStreams(1);
      await pace.pass(MINUTE_MS);
      await untilStreams(0);
      await person.api.move({ step: 'profile', action: 'complete' }, {}, TOUR);
      await tab.becomeVisible(true);
      await tab.until(({ revision }) => revision === 1);
      await untilStreams(1);
    },
    LONGEST_TEST_MS,
  );

  it(
    'a stream ends with its token, and goes on with the one that the login library has by then',
    async () => {
      const { subject } = lab.someone();
      const now = Math.floor(Date.now() / 1000);
      const first = lab.service.token(subject, { iat: now, exp: now + TOKEN_LIFETIME_SECONDS });
      const renewed = lab.someone(subject);
      const device = await lab.device();
      const tab = await device.open({ ...renewed, token: first });
      await tab.settled();
      await untilStreams(1);
      expect(open()[0]!.authorization).toBe(`Bearer ${first}`);
      await tab.become(renewed);
      await eventually(
        async () => open().some(({ authorization }) => authorization === `Bearer ${renewed.token}`),
        2 * TOKEN_LIFETIME_SECONDS * 1000,
      );
      await tab.click('complete', 'profile');
      await tab.until(({ revision, pendingWrites }) => revision === 1 && pendingWrites === 0);
      expect((await tab.frames()).filter(({ text }) => text.includes('"degradedReason":"auth"'))).toEqual([]);
      expect(lab.gate.requests.filter(({ status }) => status === 401)).toEqual([]);
    },
    LONGEST_TEST_MS,
  );
}

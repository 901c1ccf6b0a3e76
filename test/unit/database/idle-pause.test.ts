import { IdlePause } from '../../../src/database/idle-pause.js';

const OPTIONS = { firstMs: 500, lastMs: 2_000 };

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** How long the pause lasts, in milliseconds. */
async function lengthOf(pause: IdlePause, signal = new AbortController().signal): Promise<number> {
  const startedAt = Date.now();
  let endedAt: number | undefined;
  void pause.wait(signal).then(() => (endedAt = Date.now()));
  await jest.advanceTimersByTimeAsync(0);
  while (endedAt === undefined) await jest.advanceTimersByTimeAsync(100);
  return endedAt - startedAt;
}

test('P02: the pause of an idle worker doubles up to its limit, and begins again when there was work', async () => {
  const pause = new IdlePause(OPTIONS);
  const lengths = [];
  for (let look = 0; look < 4; look += 1) lengths.push(await lengthOf(pause));
  expect(lengths).toEqual([500, 1_000, 2_000, 2_000]);
  pause.reset();
  expect(await lengthOf(pause)).toBe(500);
});

test('P02: a wake-up during the pause or the look before it ends the pause, and the next one is short again', async () => {
  const pause = new IdlePause(OPTIONS);
  for (let look = 0; look < 3; look += 1) await lengthOf(pause);
  pause.wake();
  expect(await lengthOf(pause)).toBe(500);
  expect(await lengthOf(pause)).toBe(500);
  await lengthOf(pause);
  setTimeout(pause.wake, 700);
  expect(await lengthOf(pause)).toBe(700);
  expect(await lengthOf(pause)).toBe(500);
});

test('P02: a worker that stops does not wait', async () => {
  const stopping = new AbortController();
  const pause = new IdlePause(OPTIONS);
  setTimeout(() => stopping.abort(), 100);
  expect(await lengthOf(pause, stopping.signal)).toBe(100);
  expect(await lengthOf(pause, stopping.signal)).toBe(0);
});

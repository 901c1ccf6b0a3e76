import { DatabaseClock } from '../../../src/database/database-clock.js';
import { fakeOnly } from '../../support/fake-timers.js';

const MINUTE_MS = 60_000;

/** A database whose clock is set apart from this machine's, asked through a connection that may be slow. */
class SkewedDatabase {
  skewMs = 0;
  /** Of the round trips to come, how long each takes on its way back. */
  slowness: number[] = [];

  readonly client = {
    query: async () => {
      const time = performance.timeOrigin + performance.now() + this.skewMs;
      const until = performance.now() + (this.slowness.shift() ?? 0);
      while (performance.now() < until) await Promise.resolve();
      return { rows: [{ time }] };
    },
  } as never;
}

describe('the clock of the database', () => {
  let database: SkewedDatabase;
  let clock: DatabaseClock;
  const offBy = (): number => clock.now() - (performance.timeOrigin + performance.now() + database.skewMs);

  beforeEach(() => {
    database = new SkewedDatabase();
    clock = new DatabaseClock();
  });
  afterEach(() => jest.useRealTimers());

  it.each([10 * MINUTE_MS, -10 * MINUTE_MS])(
    'is told whatever the clock of the host says (%d ms apart)',
    async (skewMs) => {
      expect(clock.hostSkewMs).toBeNull();
      database.skewMs = skewMs;
      await clock.measure(database.client);
      expect(Math.abs(offBy())).toBeLessThan(50);
      expect(Math.abs((clock.hostSkewMs as number) + skewMs)).toBeLessThan(50);
      expect(clock.in(MINUTE_MS).getTime() - clock.date().getTime()).toBeGreaterThan(MINUTE_MS - 50);
    },
  );

  it('goes on evenly when the clock of the host is set, which its skew tells at once', async () => {
    await clock.measure(database.client);
    fakeOnly('Date');
    jest.setSystemTime(Date.now() + 10 * MINUTE_MS);
    expect(Math.abs(offBy())).toBeLessThan(50);
    expect(Math.round((clock.hostSkewMs as number) / MINUTE_MS)).toBe(10);
    await clock.measure(database.client);
    expect(Math.abs(offBy())).toBeLessThan(50);
  });

  it('believes the median, and no slow round trip that contradicts nothing', async () => {
    await clock.measure(database.client);
    const before = clock.now() - performance.now();
    database.slowness = [40, 0, 0];
    await clock.measure(database.client);
    expect(Math.abs(offBy())).toBeLessThan(10);
    database.slowness = [40, 40, 40];
    await clock.measure(database.client);
    expect(Math.abs(clock.now() - performance.now() - before)).toBeLessThan(10);
    expect(Math.abs(offBy())).toBeLessThan(10);
  });
});

import { browserEnvironment, liveUpdates } from '../../../client/kit/src/core/index.js';
import { FakeClock } from '../../../client/kit/src/testing/index.js';

const MINUTE_MS = 60_000;

describe('live updates', () => {
  it('let go after five minutes of a page that was opened in the background', async () => {
    const clock = new FakeClock();
    const environment = browserEnvironment();
    let connections = 0;
    const end = liveUpdates({
      environment: {
        ...environment,
        clock,
        page: { ...environment.page, isVisible: () => false },
      },
      lockName: 'live',
      open: (_, signal) => {
        connections += 1;
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
      },
      receive: () => undefined,
      poll: () => undefined,
      lastEventId: () => undefined,
    });
    await clock.advance(5 * MINUTE_MS);
    const before = connections;
    expect(before).toBeGreaterThan(1);
    await clock.advance(10 * MINUTE_MS);
    expect(connections).toBe(before);
    end();
  });
});

import { SigningKeys } from '../../../src/auth/signing-keys.js';
import { TokenClock } from '../../../src/auth/token-clock.js';
import { fakeOnly } from '../../support/fake-timers.js';
import { freezeTime, HOUR, MINUTE, passTime, SECOND } from './support/frozen-time.js';
import { configOf, TestApp } from './support/test-app.js';
import { TestIssuer, type Fault } from './support/test-issuer.js';

let issuer: TestIssuer;
let app: TestApp | undefined;

beforeEach(async () => {
  freezeTime();
  issuer = await TestIssuer.start();
});

afterEach(async () => {
  await app?.stop();
  app = undefined;
  await issuer.stop();
  jest.useRealTimers();
});

/** Started and with its first fetch done, whatever came of it. */
async function start(): Promise<TestApp> {
  app = await TestApp.start(issuer);
  await app.keys.refresh();
  issuer.fetches = 0;
  return app;
}

/** A good signature under a kid that the issuer does not publish. */
const unknownKid = (kid = 'unknown') => issuer.token({}, { kid, signWith: 'key-1' });

const statusOf = async (token: string): Promise<number> => (await app!.get('/caller', token)).status;
const distinctTokens = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => issuer.token({ sub: `auth0|${index}` }));

const FAULTS: Fault[] = ['status 500', 'reset', 'empty set', 'garbage', 'unusable keys', 'stalled body'];

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

describe('at the start', () => {
  test('the keys are fetched before the first request asks for them', async () => {
    app = await TestApp.start(issuer);
    await until(() => app!.keys.version === 1);
    expect(app.keys.state()).toEqual([{ issuer: issuer.name, keys: 1, lastSuccess: new Date(), lastError: null }]);
    expect(await statusOf(issuer.token())).toBe(200);
    expect(issuer.fetches).toBe(1);
  });

  test.each(FAULTS)('without keys (%s) the service starts, and a token is 503 with Retry-After', async (fault) => {
    issuer.fault = fault;
    await start();
    const { status, body, headers } = await app!.get('/caller', issuer.token());
    expect([status, body.code]).toEqual([503, 'keys_unavailable']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(headers.has('www-authenticate')).toBe(false);
    expect(app!.keys.state()).toMatchObject([{ keys: 0, lastSuccess: null, lastError: expect.any(String) as string }]);
  });

  test('without keys a token that cannot be good is still 401', async () => {
    issuer.fault = 'status 500';
    await start();
    expect(await statusOf('rubbish')).toBe(401);
    expect(await statusOf(issuer.token({ iss: 'https://evil.example/' }))).toBe(401);
    expect(issuer.fetches).toBe(0);
  });

  test('without keys requests try again, at most every 2 s', async () => {
    issuer.fault = 'status 500';
    await start();
    for (const token of distinctTokens(5)) expect(await statusOf(token)).toBe(503);
    expect(issuer.fetches).toBe(1);
    issuer.fault = 'none';
    passTime(2 * SECOND);
    expect(await statusOf(issuer.token())).toBe(200);
    expect(issuer.fetches).toBe(2);
  });
});

describe('rotation', () => {
  test('a token of a new key is accepted at once', async () => {
    await start();
    issuer.addKey('key-2');
    expect(await statusOf(issuer.token({}, { kid: 'key-2' }))).toBe(200);
    expect(issuer.fetches).toBe(1);
  });

  test('many tokens of a new key at the same time cause one fetch', async () => {
    await start();
    issuer.addKey('key-2');
    const tokens = Array.from({ length: 20 }, (_, i) => issuer.token({ sub: `auth0|${i}` }, { kid: 'key-2' }));
    expect(new Set(await Promise.all(tokens.map(statusOf)))).toEqual(new Set([200]));
    expect(issuer.fetches).toBe(1);
  });

  test('a cached token is refused once its key has left the set', async () => {
    await start();
    const token = issuer.token();
    issuer.addKey('key-2');
    expect(await statusOf(token)).toBe(200);
    issuer.removeKey('key-1');
    await app!.keys.refresh();
    expect(await statusOf(token)).toBe(401);
  });

  test('the version grows when a key comes, goes or is exchanged, and only then', async () => {
    await start();
    const versions = [app!.keys.version];
    const note = async () => {
      await app!.keys.refresh();
      versions.push(app!.keys.version);
    };
    await note();
    issuer.addKey('key-2');
    await note();
    issuer.removeKey('key-1');
    await note();
    issuer.addKey('key-2');
    await note();
    issuer.fault = 'empty set';
    await note();
    expect(versions.map((version) => version - versions[0]!)).toEqual([0, 0, 1, 2, 3, 3]);
  });
});

describe('a flood of unknown keys', () => {
  test('causes one fetch per 30 s and never makes a good token fail', async () => {
    await start();
    for (let index = 0; index < 50; index++) {
      const [bad, good] = await Promise.all([
        statusOf(unknownKid(`unknown-${index}`)),
        statusOf(issuer.token({ sub: `auth0|${index}` })),
      ]);
      expect([bad, good]).toEqual([401, 200]);
    }
    expect(issuer.fetches).toBe(1);
    passTime(30 * SECOND);
    expect(await statusOf(unknownKid())).toBe(401);
    expect(issuer.fetches).toBe(2);
  });

  test('with the key endpoint hanging does not make a good token wait', async () => {
    await start();
    issuer.fault = 'stalled body';
    const bad = statusOf(unknownKid());
    const order: string[] = [];
    void bad.then(() => order.push('bad'));
    expect(await statusOf(issuer.token())).toBe(200);
    order.push('good');
    expect(await bad).toBe(503);
    expect(order).toEqual(['good', 'bad']);
  });
});

describe('an outage of the key endpoint', () => {
  test.each(FAULTS)('(%s) leaves the last good keys in use for hours', async (fault) => {
    await start();
    issuer.fault = fault;
    passTime(11 * HOUR);
    await app!.keys.refresh();
    expect(await statusOf(issuer.token())).toBe(200);
    expect(app!.keys.state()).toMatchObject([{ keys: 1, lastError: expect.any(String) as string }]);
  });

  test('longer than 12 hours drops the keys, cached tokens with them, and it ends by itself', async () => {
    await start();
    const token = issuer.token({ exp: Math.floor(Date.now() / 1000) + 24 * 3600 });
    expect(await statusOf(token)).toBe(200);
    issuer.fault = 'status 500';
    passTime(12 * HOUR + SECOND);
    await app!.keys.refresh();
    expect(await statusOf(token)).toBe(503);
    issuer.fault = 'none';
    passTime(2 * SECOND);
    expect(await statusOf(token)).toBe(200);
    expect(app!.keys.state()).toMatchObject([{ keys: 1, lastSuccess: new Date(), lastError: null }]);
  });

  test('makes an unknown key 503 from the first fetch that fails: it may be one that was published since', async () => {
    await start();
    issuer.fault = 'status 500';
    issuer.addKey('key-2');
    const { status, body, headers } = await app!.get('/caller', issuer.token({}, { kid: 'key-2' }));
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'keys_unavailable', '30']);
    passTime(10 * SECOND);
    expect((await app!.get('/caller', unknownKid())).headers.get('retry-after')).toBe('20');
    expect(await statusOf(issuer.token())).toBe(200);
    issuer.fault = 'none';
    passTime(20 * SECOND);
    expect(await statusOf(issuer.token({}, { kid: 'key-2' }))).toBe(200);
    expect(await statusOf(unknownKid())).toBe(401);
  });
});

describe('in the background', () => {
  let keys: SigningKeys;

  beforeEach(() => {
    jest.useRealTimers();
    fakeOnly('Date', 'hrtime', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout');
    keys = new SigningKeys(configOf(issuer), new TokenClock());
  });

  afterEach(() => keys.onModuleDestroy());

  /** The fetch itself is real and takes real time; only the wait for its turn is not. */
  const nextTurnIsPlanned = () => until(() => jest.getTimerCount() === 1);

  test('the set is fetched again every 5 to 6 minutes', async () => {
    keys.onModuleInit();
    await nextTurnIsPlanned();
    expect(issuer.fetches).toBe(1);
    jest.advanceTimersByTime(5 * MINUTE - 1);
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(MINUTE + 1);
    await nextTurnIsPlanned();
    expect(issuer.fetches).toBe(2);
  });

  test('the set is fetched again 30 s after a failure', async () => {
    issuer.fault = 'status 500';
    keys.onModuleInit();
    await nextTurnIsPlanned();
    issuer.fault = 'none';
    jest.advanceTimersByTime(30 * SECOND);
    await nextTurnIsPlanned();
    expect(keys.state()).toMatchObject([{ keys: 1, lastError: null }]);
    expect(issuer.fetches).toBe(2);
  });

  test('a fetch under way at the stop is given up and leaves nothing behind', async () => {
    issuer.fault = 'stalled body';
    keys.onModuleInit();
    await until(() => issuer.fetches === 1);
    const underWay = keys.refresh();
    keys.onModuleDestroy();
    issuer.finishStalled();
    await underWay;
    await new Promise(setImmediate);
    expect(keys.state()).toMatchObject([{ keys: 0, lastSuccess: null, lastError: null }]);
    expect(jest.getTimerCount()).toBe(0);
  });
});

import { principalOf } from '../../../src/auth/principal.js';
import { SigningKeys } from '../../../src/auth/signing-keys.js';
import { TokenCache } from '../../../src/auth/token-cache.js';
import { TokenClock } from '../../../src/auth/token-clock.js';
import { freezeTime, passTime, SECOND } from './support/frozen-time.js';
import { configOf } from './support/test-app.js';
import { TestIssuer } from './support/test-issuer.js';

let issuer: TestIssuer;
let keys: SigningKeys;
let cache: TokenCache;

beforeEach(async () => {
  freezeTime();
  issuer = await TestIssuer.start();
  keys = new SigningKeys(configOf(issuer), new TokenClock());
  await keys.refresh();
  cache = new TokenCache(keys);
});

afterEach(async () => {
  await issuer.stop();
  jest.useRealTimers();
});

const DAY_MS = 86_400_000;
const now = () => Math.floor(Date.now() / 1000);
const caller = (sub = 'auth0|ada') => principalOf({ sub, iat: now(), exp: now() + 60 }, DAY_MS);

test('a token is known until it expires', () => {
  const ada = caller();
  cache.set('token', ada, keys.version);
  expect(cache.get('token')).toBe(ada);
  expect(cache.get('another')).toBeUndefined();
  passTime(60 * SECOND);
  expect(cache.get('token')).toBeUndefined();
});

test('all tokens are forgotten when the key set changes', async () => {
  cache.set('token', caller(), keys.version);
  issuer.addKey('key-2');
  await keys.refresh();
  expect(cache.get('token')).toBeUndefined();
});

test('a token verified while the key set changed is not kept', async () => {
  const before = keys.version;
  issuer.addKey('key-2');
  await keys.refresh();
  cache.set('token', caller(), before);
  expect(cache.get('token')).toBeUndefined();
});

test('the tokens used least recently make room above 20,000', () => {
  for (let index = 0; index <= 20_000; index++) cache.set(`token-${index}`, caller(`auth0|${index}`), keys.version);
  expect(cache.get('token-0')).toBeUndefined();
  expect(cache.get('token-1')?.subject).toBe('auth0|1');
});

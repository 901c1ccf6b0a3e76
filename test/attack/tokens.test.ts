import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SigningKeys } from '../../src/auth/signing-keys.js';
import { createApp } from '../../src/service.js';
import { freezeTime, HOUR, MINUTE, passTime, SECOND } from '../integration/auth/support/frozen-time.js';
import { AUDIENCE, TestIssuer, type Fault } from '../integration/auth/support/test-issuer.js';
import { Api } from '../support/api.js';
import { TestService } from '../support/service.js';
import { ApiDocument, type Operation } from './support/api-document.js';
import { FORGERIES } from './support/forged-tokens.js';
import { sampleRequest } from './support/sample-request.js';
import { Wire, type Request } from './support/wire.js';

/*
 * Attacks on access tokens (RFC 8725) against the whole service. Forged tokens are a list, support/forged-tokens.ts;
 * a route added later is attacked with all of them by itself. How the keys are kept, fetched and dropped is told in
 * detail by test/integration/auth/signing-keys.test.ts.
 */

let issuer: TestIssuer;
let app: NestFastifyApplication;
let service: TestService;
let wire: Wire;

beforeAll(async () => {
  issuer = await TestIssuer.start();
  const env = { AUTH0_DOMAIN: issuer.baseUrl, AUTH0_CUSTOM_DOMAINS: '', AUTH0_AUDIENCE: AUDIENCE };
  service = await TestService.start({ env, create: async (config) => (app = await createApp(config)) });
  wire = new Wire(service.url);
});
afterAll(async () => {
  wire.close();
  await service.stop();
  await issuer.stop();
});

/** Goes on from test to test, so that what one did to the keys is long past in the next. */
let clock = Date.now();
beforeEach(async () => {
  freezeTime();
  jest.setSystemTime((clock += 2 * HOUR));
  issuer.fault = 'none';
  issuer.removeKey('key-2');
  await app.get(SigningKeys).refresh();
  issuer.fetches = 0;
  issuer.strayRequests = 0;
});
afterEach(() => jest.useRealTimers());

const statusOf = async (token: string): Promise<number> => (await new Api(service.url, token).me()).status;
const rowsOf = (table: string) => service.sql(`SELECT * FROM foothold.${table}`);
const bearer = (token: string) => ['Authorization', `Bearer ${token}`] as const;

describe('a forged token', () => {
  it('is refused on every guarded route, with the reason, and nothing is made for its subject', async () => {
    const document = await ApiDocument.of(service.url);
    const guarded = document.operations.filter(({ isGuarded }) => isGuarded);
    const values = { tenantId: '11111111-1111-4111-8111-111111111111', flow: 'workspace' };
    for (const [fault, reason, forge] of FORGERIES) {
      const refused = async (operation: Operation): Promise<void> => {
        const request = sampleRequest(document, operation, values);
        const reply = await wire.send({ ...request, headers: [...request.headers!, bearer(forge(issuer))] });
        const { detail } = JSON.parse(reply.text) as { detail: string };
        const challenge = reply.headers['www-authenticate'];
        expect({ fault, route: operation.name, status: reply.status, detail, challenge }).toEqual({
          fault,
          route: operation.name,
          status: 401,
          detail: expect.stringMatching(reason),
          challenge: expect.stringMatching(
            /^Bearer realm="foothold", error="invalid_token", error_description="[^"\\]+"$/,
          ),
        });
        expect(document.faultsOf(operation, reply)).toEqual([]);
      };
      await Promise.all(guarded.map(refused));
    }
    expect(await rowsOf('member')).toEqual([]);
    expect(await statusOf(issuer.token())).toBe(200);
  });

  it('never makes the service fetch anything but the issuer’s own key set', async () => {
    for (const [, , forge] of FORGERIES) await statusOf(forge(issuer));
    // One for the first unknown kid; the next would be allowed after 30 s.
    expect({ fetches: issuer.fetches, stray: issuer.strayRequests }).toEqual({ fetches: 1, stray: 0 });
  });

  it('with a subject twice is the last one’s, who is a caller like any other', async () => {
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: issuer.name, aud: AUDIENCE, iat: now, exp: now + 60, sub: 'auth0|first' };
    const token = issuer.signed(
      '{"alg":"RS256","typ":"JWT","kid":"key-1"}',
      JSON.stringify(payload).replace('}', ',"sub":"auth0|last"}'),
    );
    for (const path of ['/v1/me', '/v1/onboarding/workspace']) {
      expect((await new Api(service.url, token).get(path)).body.subject).toBe('auth0|last');
    }
  });
});

describe('a token that comes another way', () => {
  const good = () => issuer.token();
  const ways: [string, () => Partial<Request>][] = [
    ['in the query', () => ({ path: `/v1/me?access_token=${good()}` })],
    ['in a cookie', () => ({ headers: [['Cookie', `access_token=${good()}; Authorization=Bearer ${good()}`]] })],
    ['in a body', () => ({ headers: [['Content-Type', 'application/json']], body: `{"access_token":"${good()}"}` })],
    ['in Proxy-Authorization', () => ({ headers: [['Proxy-Authorization', `Bearer ${good()}`]] })],
    ['in X-Access-Token', () => ({ headers: [['X-Access-Token', good()]] })],
    ['behind another in one header', () => ({ headers: [['Authorization', `Bearer rubbish, Bearer ${good()}`]] })],
    ['before another in one header', () => ({ headers: [['Authorization', `Bearer ${good()}, Bearer rubbish`]] })],
    ['behind the scheme twice', () => ({ headers: [['Authorization', `Bearer Bearer ${good()}`]] })],
    ['behind another scheme', () => ({ headers: [['Authorization', `DPoP ${good()}`]] })],
  ];

  it.each(ways)('(%s) is none', async (_way, request) => {
    expect((await wire.send({ method: 'GET', path: '/v1/me', ...request() })).status).toBe(401);
  });

  it('in a header of 100 kB is refused before anybody looks for a token, and the service goes on', async () => {
    const { host } = new URL(service.url);
    const flood = `GET /v1/me HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${'x'.repeat(100_000)}\r\n\r\n`;
    const answer = await wire.write(flood);
    expect(answer).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain('"code":"headers_too_large"');
    expect(answer.length).toBeLessThan(2_000);
    expect(await statusOf(good())).toBe(200);
  });
});

describe('a flood of tokens with unknown keys', () => {
  /** More than jwks-rsa's own limiter would take before it refused good tokens, too. */
  const WAVES = 3;
  const WAVE = 10;
  const faults: Fault[] = [
    'none',
    'status 500',
    'reset',
    'empty set',
    'garbage',
    'unusable keys',
    'stalled body',
    'slow',
  ];

  /** Good tokens are sent all the while, each for the first time: a cached one would prove nothing. */
  async function flood(goodKid: string): Promise<{ good: Set<number>; bad: Set<number> }> {
    const [good, bad] = [new Set<number>(), new Set<number>()];
    const one = async (index: number): Promise<void> => {
      const jti = randomUUID();
      const unknown = issuer.token({ jti }, { kid: `unknown-${index}`, signWith: goodKid });
      const known = issuer.token({ jti }, { kid: goodKid });
      const [badStatus, goodStatus] = await Promise.all([statusOf(unknown), statusOf(known)]);
      bad.add(badStatus);
      good.add(goodStatus);
    };
    // One after the other, so that each would find the fetch of the one before done, and cause another.
    for (let wave = 1; wave <= WAVES; wave++) {
      await Promise.all(Array.from({ length: WAVE }, (_, index) => one(wave * WAVE + index)));
    }
    return { good, bad };
  }

  /** While the endpoint fails nobody can tell whether those keys are bad: 503, not 401. */
  const judged = (fault: Fault): number => (fault === 'none' || fault === 'slow' ? 401 : 503);

  it.each(faults)('never makes a good one fail, with the key endpoint at: %s', async (fault) => {
    issuer.fault = fault;
    expect(await flood('key-1')).toEqual({ good: new Set([200]), bad: new Set([judged(fault)]) });
    expect(issuer.fetches).toBe(1);
  });

  it.each(['none', 'reset', 'empty set', 'garbage', 'slow'] satisfies Fault[])(
    'never makes a good one fail after a rotation, with the key endpoint at: %s',
    async (fault) => {
      issuer.addKey('key-2');
      // The flood before the rotation has spent the budget of fetches for unknown keys.
      expect(await statusOf(issuer.token({}, { kid: 'unknown', signWith: 'key-1' }))).toBe(401);
      passTime(30 * SECOND);
      expect(await statusOf(issuer.token({}, { kid: 'key-2' }))).toBe(200);
      issuer.fault = fault;
      for (const kid of ['key-1', 'key-2']) {
        expect(await flood(kid)).toEqual({ good: new Set([200]), bad: new Set([judged(fault)]) });
      }
      passTime(10 * MINUTE);
      expect(await flood('key-2')).toEqual({ good: new Set([200]), bad: new Set([judged(fault)]) });
    },
  );
});

describe('a cached token', () => {
  it('is refused as soon as its key has left the set, on every route it was good for', async () => {
    issuer.addKey('key-2');
    const caller = new Api(service.url, issuer.token({}, { kid: 'key-2' }));
    expect([(await caller.me()).status, (await caller.view()).status]).toEqual([200, 200]);
    issuer.removeKey('key-2');
    await app.get(SigningKeys).refresh();
    expect([(await caller.me()).status, (await caller.view()).status]).toEqual([401, 401]);
    expect(await statusOf(issuer.token())).toBe(200);
  });

  it('is refused when its key’s name was given to another key', async () => {
    const token = issuer.token();
    expect(await statusOf(token)).toBe(200);
    issuer.addKey('key-1');
    await app.get(SigningKeys).refresh();
    expect(await statusOf(token)).toBe(401);
    expect(await statusOf(issuer.token())).toBe(200);
  });

  it('is refused once expired, without the tolerance that it had when it came', async () => {
    const token = issuer.token({ exp: Math.floor(Date.now() / 1000) + 10 });
    expect(await statusOf(token)).toBe(200);
    passTime(16 * SECOND);
    expect(await statusOf(token)).toBe(401);
  });

  it('lends nothing to a token that differs from it in one character', async () => {
    const token = issuer.token({ permissions: ['onboarding:attest'] });
    expect(await statusOf(token)).toBe(200);
    for (const index of [5, token.indexOf('.') + 5, token.lastIndexOf('.') + 5]) {
      const changed = token.slice(0, index) + (token[index] === 'A' ? 'B' : 'A') + token.slice(index + 1);
      expect(await statusOf(changed)).toBe(401);
    }
  });
});

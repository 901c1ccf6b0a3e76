import type { StandIn } from '../../../src/local/stand-in/stand-in.js';
import type { Alteration } from '../../support/altered-auth0.js';
import { makeDataDir } from '../local/support/data-dir.js';
import { runStandIn } from '../local/support/stand-in-lab.js';
import { ADA, CLOSED_PORT, DoctorLab, failuresOf, says } from './support/doctor-lab.js';

const DISCOVERY = '/.well-known/openid-configuration';
const KEYS = '/.well-known/jwks.json';
const TOKEN = '/oauth/token';
const USERS = '/api/v2/users/*';
const json =
  (value: object): Alteration =>
  (answer) => ({ ...answer, status: 200, body: JSON.stringify(value) });

let lab: DoctorLab;
/** Another tenant. */
let stranger: StandIn;
beforeAll(async () => {
  lab = await DoctorLab.open();
  // With keys of its own.
  stranger = await runStandIn({ dataDir: await makeDataDir() });
});
afterAll(() => lab.close());
beforeEach(() => {
  lab.auth0.alterations = {};
});

describe('a wrong Auth0 is named:', () => {
  test('no server at the canonical domain', async () => {
    const fault = await lab.theFault({ AUTH0_DOMAIN: `http://localhost:${CLOSED_PORT}` });
    expect(fault).toEqual(['auth0.canonical-domain', says(/ECONNREFUSED/), says(/^AUTH0_DOMAIN/)]);
  });

  test('no tenant at the canonical domain', async () => {
    lab.auth0.alterations = { [DISCOVERY]: (answer) => ({ ...answer, status: 404, body: '<html>Not found</html>' }) };
    expect(await lab.theFault()).toEqual([
      'auth0.canonical-domain',
      says(/answers with status 404$/),
      says(/^AUTH0_DOMAIN/),
    ]);
  });

  test('a domain that calls itself another', async () => {
    lab.auth0.alterations = { [DISCOVERY]: json({ issuer: 'https://login.acme.com/' }) };
    expect(await lab.theFault()).toEqual(['auth0.canonical-domain', 'issuer https://login.acme.com/', 'AUTH0_DOMAIN']);
  });

  test('no usable signing key', async () => {
    lab.auth0.alterations = { [KEYS]: json({ keys: [] }) };
    expect(await lab.theFault()).toEqual(['auth0.canonical-domain.keys', expect.any(String), says(/Signing Keys/)]);
  });

  test('a custom domain that does not answer', async () => {
    const fault = await lab.theFault({ AUTH0_CUSTOM_DOMAINS: `http://127.0.0.1:${CLOSED_PORT}` });
    expect(fault).toEqual(['auth0.custom-domain', expect.any(String), says(/^AUTH0_CUSTOM_DOMAINS/)]);
  });

  test('C16: one of several custom domains that does not answer', async () => {
    const closed = `http://127.0.0.1:${CLOSED_PORT}`;
    const [check, , change] = await lab.theFault({ AUTH0_CUSTOM_DOMAINS: `${lab.standIn.customDomain},${closed}` });
    expect([check, change]).toEqual(['auth0.custom-domain', says(/^AUTH0_CUSTOM_DOMAINS/)]);
  });

  test('C16: one of several custom domains of another tenant', async () => {
    const domains = `${lab.standIn.customDomain},${stranger.customDomain}`;
    const [check, , change] = await lab.theFault({ AUTH0_CUSTOM_DOMAINS: domains });
    expect([check, change]).toEqual(['auth0.custom-domain.tenant', says(/^AUTH0_CUSTOM_DOMAINS or/)]);
  });

  test('a custom domain of another tenant', async () => {
    const fault = await lab.theFault({ AUTH0_CUSTOM_DOMAINS: stranger.customDomain });
    expect(fault).toEqual(['auth0.custom-domain.tenant', says(/^keys .* at http:/), says(/^AUTH0_CUSTOM_DOMAINS or/)]);
  });

  test.each([
    [42, 'behind'],
    [-42, 'ahead of'],
  ])('a clock that is %d s off', async (seconds, direction) => {
    const date = (): string => new Date(Date.now() + seconds * 1000).toUTCString();
    lab.auth0.alterations = { [DISCOVERY]: (answer) => ({ ...answer, headers: { ...answer.headers, date: date() } }) };
    expect(await lab.theFault()).toEqual(['clock', says(new RegExp(`4[1-3] s ${direction} that of`)), says(/NTP/)]);
  });

  test('a wrong secret', async () => {
    const fault = await lab.theFault({ AUTH0_CLIENT_SECRET: 'another' });
    expect(fault).toEqual([
      'auth0.machine-token',
      says(/401 access_denied/),
      says(/^AUTH0_CLIENT_ID and AUTH0_CLIENT_S/),
    ]);
  });

  test('an application that may not get tokens for itself', async () => {
    const fault = await lab.theFault({ AUTH0_CLIENT_ID: 'foothold-demo-web' });
    expect(fault).toEqual(['auth0.machine-token', says(/unauthorized_client/), says(/Grant Types/)]);
  });

  test('an application that is not authorised for the Management API', async () => {
    const fault = await lab.theFault({ AUTH0_CLIENT_ID: 'foothold-demo-payments' });
    expect(fault).toEqual(['auth0.machine-token', says(/client-grant/), says(/Auth0 Management API/)]);
  });

  test('a Management API that is not at this domain', async () => {
    lab.auth0.alterations = {
      [TOKEN]: (answer, { body }) =>
        body.includes('/api/v2/')
          ? {
              ...answer,
              status: 403,
              body: '{"error":"access_denied","error_description":"Service not enabled within domain: x"}',
            }
          : answer,
    };
    expect(await lab.theFault()).toEqual(['auth0.machine-token', says(/Service not enabled/), 'AUTH0_DOMAIN']);
  });

  test.each([
    ['read:users', 'app_metadata', /also update:users_app_metadata or update:users$/],
    ['update:users_app_metadata', 'app_metadata', /also read:users$/],
    ['read:users update:users_app_metadata', 'user_metadata', /also update:users$/],
  ])('a token with no more than %s, for %s', async (scope, field, expected) => {
    lab.auth0.alterations = {
      [TOKEN]: (answer) => ({ ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), scope }) }),
    };
    const [scopes] = failuresOf(await lab.examined({ AUTH0_METADATA: field }));
    expect(scopes).toMatchObject({ check: 'auth0.scopes', found: says(/users/), expected: says(expected) });
  });

  test('an audience that Auth0 does not know', async () => {
    const fault = await lab.theFault({ AUTH0_AUDIENCE: 'https://api.acme.example' });
    expect(fault).toEqual(['auth0.audience', says(/Service not enabled within domain/), says(/^AUTH0_AUDIENCE/)]);
  });

  test.each([
    ['auth0|nobody', /404 Not Found/, /no person/],
    ['ada', /400 Bad Request/, /user id/],
  ])('a test person %s that there is not', async (user, found, change) => {
    expect(await lab.theFault({}, user)).toEqual(['auth0.metadata', says(found), says(change)]);
  });

  test('metadata that come back otherwise', async () => {
    const altered: Alteration = (answer) => ({
      ...answer,
      body: answer.body.replace(/"nonce":"[^"]*"/, '"nonce":"x"'),
    });
    lab.auth0.alterations = { [USERS]: altered };
    expect(await lab.theFault({}, ADA)).toEqual(['auth0.metadata', says(/"nonce":"x"/), says(/Actions/)]);
    expect(lab.standIn.people.get(ADA)?.appMetadata).not.toHaveProperty('doctor_of_foothold');
  });

  test('another application that clears what it does not know', async () => {
    await lab.standIn.people.changeMetadata(ADA, { appMetadata: {} });
    await lab.standIn.people.changeMetadata(ADA, { appMetadata: { plan: 'gold' } });
    lab.auth0.alterations = {
      [USERS]: (answer, { method }) => {
        if (method === 'PATCH') void lab.standIn.people.changeMetadata(ADA, { appMetadata: { plan: null } });
        return answer;
      },
    };
    expect(await lab.theFault({}, ADA)).toEqual(['auth0.metadata', 'entries none', says(/other applications/)]);
  });

  test('an entry that cannot be removed again', async () => {
    lab.auth0.alterations = {
      [USERS]: (answer, { body }) =>
        body.includes('null') ? { ...answer, status: 403, body: '{"error":"Forbidden","message":"no"}' } : answer,
    };
    const [check, found, change] = await lab.theFault({}, ADA);
    expect([check, found]).toEqual(['auth0.metadata', 'status 403 Forbidden: no']);
    expect(change).toContain('remove it');
  });
});

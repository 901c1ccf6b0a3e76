import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startStandIn, type StandIn } from '../../../src/local/stand-in/stand-in.js';
import { AlteredAuth0 } from '../../support/altered-auth0.js';
import { eventually } from '../../support/eventually.js';
import { TestService } from '../../support/service.js';

const DISCOVERY = '/.well-known/openid-configuration';

let folder: string;
let standIn: StandIn;
let auth0: AlteredAuth0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'foothold-issuer-'));
  standIn = await startStandIn({ dataDir: folder, port: 0 });
  auth0 = await AlteredAuth0.start(standIn.domain);
});
afterAll(async () => {
  await auth0.stop();
  await standIn.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The service, once `until` holds of its health; all is not up at once. The altered domain is its canonical one, if no other settings are given. */
async function healthOf(
  until: (health: any) => boolean,
  env: NodeJS.ProcessEnv = { AUTH0_DOMAIN: auth0.domain },
): Promise<{ health: any; ready: any }> {
  const service = await TestService.start({ env });
  try {
    let health: any;
    await eventually(async () => {
      health = (await service.anonymous().manage('/health')).body;
      return until(health);
    });
    return { health, ready: await service.anonymous().get('/health/ready') };
  } finally {
    await service.stop();
  }
}

test('a domain that calls itself another degrades readiness, and health names the setting to change', async () => {
  auth0.alterations = {
    [DISCOVERY]: (answer) => ({ ...answer, body: JSON.stringify({ issuer: 'https://login.acme.com/' }) }),
  };
  const { health, ready } = await healthOf(({ settings }) => settings.faults.length > 0);
  expect(health.status).toBe('degraded');
  expect(health.settings).toMatchObject({
    status: 'degraded',
    issuers: [{ issuer: `${auth0.domain}/`, discovered: 'https://login.acme.com/' }, expect.anything()],
    faults: [expect.stringMatching(/^AUTH0_DOMAIN: the domain calls itself https:\/\/login\.acme\.com\/ .* Set AUTH0/)],
  });
  expect(ready).toMatchObject({ status: 200, body: { status: 'degraded' } });
});

test('C16: each of several custom domains is asked, and one that calls itself another is told with its setting', async () => {
  const second = await AlteredAuth0.start(standIn.customDomain, '127.0.0.1');
  second.alterations = {
    [DISCOVERY]: (answer) => ({ ...answer, body: JSON.stringify({ issuer: 'https://login.acme.com/' }) }),
  };
  try {
    const { health } = await healthOf(({ settings }) => settings.faults.length > 0, {
      AUTH0_DOMAIN: standIn.domain,
      AUTH0_CUSTOM_DOMAINS: `${standIn.customDomain},${second.domain}`,
    });
    expect(health.settings.faults).toEqual([
      expect.stringMatching(/^AUTH0_CUSTOM_DOMAINS: the domain calls itself .* Set AUTH0_CUSTOM_DOMAINS to/),
    ]);
  } finally {
    await second.stop();
  }
});

test('domains that are who the settings say are up', async () => {
  auth0.alterations = {};
  const { health, ready } = await healthOf(
    ({ status, settings }) => status === 'up' && settings.issuers.every(({ discovered }: any) => discovered),
  );
  expect(health.settings).toMatchObject({ status: 'up', faults: [] });
  expect(ready).toMatchObject({ status: 200, body: { status: 'up' } });
});

test('a domain that does not answer proves nothing about the settings', async () => {
  let asked = 0;
  auth0.alterations = { [DISCOVERY]: (answer) => ({ ...answer, status: 500, body: String(asked++) }) };
  const { health } = await healthOf(({ status }) => status === 'up' && asked > 0);
  expect(health.settings).toMatchObject({ status: 'up', faults: [] });
  expect(health.settings.issuers[0]).toEqual({ issuer: `${auth0.domain}/`, discovered: null });
});

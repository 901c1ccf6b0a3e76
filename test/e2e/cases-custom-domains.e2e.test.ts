import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startStandIn, type StandIn } from '../../src/local/stand-in/stand-in.js';
import { testRun } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { TestService } from '../support/service.js';
import { copySigningKeys } from '../support/token-mint.js';

let service: TestService;
/** Publishes the keys of the same tenant at a second custom domain. */
let secondBrand: StandIn;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'foothold-brand-'));
  await copySigningKeys(testRun().folder, folder);
  [service, secondBrand] = await Promise.all([TestService.start(), startStandIn({ dataDir: folder, port: 0 })]);
});
afterAll(async () => {
  await Promise.all([service.stop(), secondBrand.stop()]);
  await rm(folder, { recursive: true, force: true });
});

test('C16: tokens of every custom domain are accepted, and health names each issuer', async () => {
  const { domain, customDomain } = service.standIn;
  const listed = [customDomain, secondBrand.customDomain];
  const { subject } = service.person();
  const at = (iss: string) => service.person(subject, { iss: `${iss}/` });
  // The first process lists one custom domain only. It is asked first: passport keeps one strategy for a Node process.
  expect(await at(secondBrand.customDomain).view()).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });

  const url = await service.startAnother({ AUTH0_CUSTOM_DOMAINS: listed.join(', ') });
  const views = [];
  for (const iss of [domain, ...listed]) views.push(await at(iss).at(url).view());
  expect(views.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(new Set(views.map(({ body }) => body.tenantId)).size).toBe(1);
  const issuers = [domain, ...listed].map((iss) => `${iss}/`);
  let health: any;
  await eventually(async () => {
    health = (await service.anonymous().at(url).manage('/health')).body;
    return health.settings.issuers.every(({ discovered }: any) => discovered !== null);
  });
  expect(health.keys.issuers.map(({ issuer }: any) => issuer)).toEqual(issuers);
  expect(health.settings.issuers).toEqual(issuers.map((issuer) => ({ issuer, discovered: issuer })));
  expect(await at(secondBrand.domain).at(url).view()).toMatchObject({ status: 401 });
});

import type { Api } from '../support/api.js';
import { BuiltService } from '../support/built-service.js';
import { eventually } from '../support/eventually.js';
import { metadataKeyOf } from '../support/mirror-truth.js';
import { newSubject, TestService } from '../support/service.js';
import { startSkewed } from '../support/skewed-service.js';
import { tellBusiness } from '../support/workspace.js';

const BUILD_MS = 120_000;
const TEN_MINUTES_MS = 600_000;
/** A test may be slow; ten minutes it never is. */
const NEAR_MS = 60_000;

let service: TestService;
let skewed: BuiltService | undefined;

beforeAll(() => BuiltService.build(), BUILD_MS);
beforeEach(async () => {
  service = await TestService.start({ env: { AUTH0_RATE_PLAN: 'enterprise' } });
});
afterEach(async () => {
  skewed?.signal('SIGKILL');
  await skewed?.ended();
  skewed = undefined;
  await service.stop();
});

/** A person whom Auth0 knows. Their token was issued long enough ago for a slow clock, too. */
async function knownPerson(url: string): Promise<Api> {
  const subject = newSubject();
  await service.standIn.people.import([{ id: subject }]);
  return service.person(subject, { iat: Math.floor((Date.now() - 2 * TEN_MINUTES_MS) / 1000) }).at(url);
}

const isMirrored = ({ subject }: Api, tenantId: string): boolean =>
  service.standIn.people.get(subject)?.appMetadata?.[metadataKeyOf(tenantId)] !== undefined;

async function levelsOf(person: Api, tenantId: string): Promise<any> {
  const { body } = await person.get(`/v1/tenants/${tenantId}/members/${encodeURIComponent(person.subject)}/data`);
  return body.levels;
}

const isNear = (time: string): boolean => Math.abs(Date.parse(time) - Date.now()) < NEAR_MS;

/** The health of the process, once it has compared its clock with the issuer's, too. */
async function healthAt(url: string): Promise<any> {
  let health: any;
  await eventually(async () => {
    health = (await service.anonymous().at(url).manage('/health')).body;
    return health.clock.tokensSkewSeconds !== null;
  });
  return health;
}

it('C07: nothing waits for what a host ten minutes fast has written, and its health says what to correct', async () => {
  await service.stopApps();
  skewed = await startSkewed(service.env, TEN_MINUTES_MS);
  const person = await knownPerson(skewed.url);
  const { tenantId, updatedAt, asOf } = await tellBusiness(person);
  const [entry] = (await person.history()).body.items;
  expect([updatedAt, asOf, entry.recordedAt].filter(isNear)).toHaveLength(3);
  const health = await healthAt(skewed.url);
  skewed.signal('SIGKILL');
  await skewed.ended();

  const url = await service.startAnother();
  await eventually(async () => isMirrored(person, tenantId));
  expect((await levelsOf(person.at(url), tenantId)).auth0).toMatchObject({ readable: true, held: {} });

  expect(health).toMatchObject({ status: 'degraded', clock: { status: 'degraded' } });
  expect(Math.round(health.clock.databaseSkewSeconds)).toBe(600);
  expect(Math.round(health.clock.tokensSkewSeconds)).toBeCloseTo(600, -1);
  expect(health.clock.faults).toEqual([
    expect.stringMatching(
      /^The clock of this host is 600 s ahead of the database’s\. .* Correct the clock of this host/,
    ),
    expect.stringMatching(
      /^The clock of this host is \d+ s ahead of that of the tokens’ issuer\. .* Correct the clock/,
    ),
  ]);
});

it('C07: a host ten minutes slow goes on with what others wrote, and its health says why it refuses tokens', async () => {
  const before = await knownPerson(service.url);
  const { tenantId } = await tellBusiness(before);
  await levelsOf(before, tenantId);
  await service.stopApps();
  skewed = await startSkewed(service.env, -TEN_MINUTES_MS);
  const person = before.at(skewed.url);
  await eventually(async () => isMirrored(person, tenantId));
  expect((await levelsOf(person, tenantId)).auth0).toMatchObject({ readable: true, held: {} });
  const { updatedAt, asOf } = (await person.move({ step: 'subscription', action: 'save', data: { plan: 'free' } }))
    .body;
  expect([updatedAt, asOf].filter(isNear)).toHaveLength(2);

  const fresh = await service.person(person.subject).at(skewed.url).view();
  expect(fresh).toMatchObject({ status: 401, body: { detail: expect.stringContaining('issued in the future') } });
  const { clock } = await healthAt(skewed.url);
  expect(clock.faults).toEqual([
    expect.stringMatching(/^The clock of this host is 600 s behind the database’s\./),
    expect.stringMatching(
      /^The clock of this host is \d+ s behind that of the tokens’ issuer\. New tokens are refused/,
    ),
  ]);
  const metrics = (await service.anonymous().at(skewed.url).manage('/metrics')).body as string;
  expect(metrics).toMatch(/^foothold_clock_skew_seconds\{against="database"\} -(599|600)/m);
  expect(metrics).toMatch(/^foothold_clock_skew_seconds\{against="tokens"\} -(59|60)/m);
});

/** As a build left it that took its times from a host ten minutes fast, and that is gone. */
const LEFT_BY_A_FAST_HOST = [
  `UPDATE foothold.auth0_mirror SET due_at = now() + interval '10 min'`,
  `UPDATE foothold.auth0_mirror_tenant SET due_at = now() + interval '10 min'`,
  `INSERT INTO foothold.auth0_budget (bucket, full_at)
     SELECT bucket, extract(epoch FROM now() + interval '10 min') * 1000 FROM unnest(ARRAY['users', 'fan_out']) bucket
     ON CONFLICT (bucket) DO UPDATE SET full_at = excluded.full_at`,
  `INSERT INTO foothold.auth0_process SELECT gen_random_uuid(), now() + interval '10 min' FROM generate_series(1, 20)`,
];

it('C07: times that only a fast clock can have written are taken for over', async () => {
  const [due, leased] = [await knownPerson(service.url), await knownPerson(service.url)];
  const [ofDue, ofLeased] = [(await tellBusiness(due)).tenantId, (await tellBusiness(leased)).tenantId];
  await service.stopApps();
  for (const statement of LEFT_BY_A_FAST_HOST) await service.sql(statement);
  await service.sql(
    `UPDATE foothold.auth0_mirror SET due_at = now(), leased_until = now() + interval '11 min' WHERE subject = $1`,
    [leased.subject],
  );
  for (const { subject } of [due, leased]) await service.standIn.people.changeMetadata(subject, { appMetadata: {} });

  const url = await service.startAnother();
  await eventually(async () => isMirrored(due, ofDue) && isMirrored(leased, ofLeased));
  expect((await levelsOf(due.at(url), ofDue)).auth0).toMatchObject({ readable: true });
  const [budget] = await service.sql(`SELECT full_at FROM foothold.auth0_budget WHERE bucket = 'users'`);
  expect(budget.full_at).toBeLessThan(Date.now() + NEAR_MS);
  await eventually(async () => (await service.sql('SELECT FROM foothold.auth0_process')).length === 1);
});

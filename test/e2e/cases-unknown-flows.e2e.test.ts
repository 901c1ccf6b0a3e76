import { ApiDocument, type Operation } from '../attack/support/api-document.js';
import type { Answer } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { createNewer, createOlder } from '../support/two-builds.js';
import { createTenant } from '../support/tenants.js';

let lab: MirrorLab;
/** Of the newer build, which alone has the flow `bonus`. */
let newerUrl: string;
let routes: Operation[];
beforeAll(async () => {
  lab = await mirrorLab({ create: createOlder });
  newerUrl = await lab.service.startAnother({}, createNewer);
  await eventually(async () => (await lab.service.anonymous().at(newerUrl).get('/health/ready')).status === 200);
  routes = (await ApiDocument.of(lab.service.url)).operations.filter(({ path }) => path.includes('{flow}'));
});
afterAll(() => lab.close());

const REASON = { reason: 'They asked' };
const MOVE = { step: 'claim', action: 'complete' };
const EVENT = { step: 'claim', eventId: 'event-1', outcome: 'succeeded', occurredAt: '2026-01-01T00:00:00Z' };

/** Bodies by how the route's path ends: all that is wrong with the request is its flow. */
const BODIES: ReadonlyArray<readonly [RegExp, object]> = [
  [/^\/v1\/onboarding\/.*\/transitions$/, MOVE],
  [/\/transitions$/, { ...MOVE, ...REASON }],
  [/\/bulk$/, { ...MOVE, ...REASON, where: {} }],
  [/\/restore$/, { ...REASON, revision: 1 }],
  [/\/attestations$/, EVENT],
  [/\/undo$/, REASON],
];

async function call({ method, path }: Operation, flow: string): Promise<Answer> {
  const owner = lab.person({ permissions: ['onboarding:attest', 'platform:admin'] });
  const tenantId = await createTenant(lab.service, { members: { [owner.subject]: 'owner' } });
  const filled = path
    .replace('{flow}', flow)
    .replace('{tenantId}', tenantId)
    .replace('{subject}', encodeURIComponent(owner.subject))
    .replace('{jobId}', '00000000-0000-4000-8000-000000000000');
  const machine = { gty: 'client-credentials', permissions: ['onboarding:attest'] };
  const isForMachines = /\/(attestations|due-steps)$/.test(path);
  const caller = isForMachines ? lab.service.person('attester@clients', machine) : owner;
  const as = path.startsWith('/v1/onboarding') ? caller.inTenant(tenantId) : caller;
  if (method === 'post') return as.post(filled, BODIES.find(([ends]) => ends.test(path))?.[1] ?? {});
  return as.send(method.toUpperCase(), path.endsWith('/due-steps') ? `${filled}?step=claim` : filled);
}

test('C02: a flow that only a newer build has is 503 on every route, and a flow that nothing has is 404', async () => {
  expect(routes.length).toBeGreaterThan(15);
  for (const route of routes) {
    const ofNewer = await call(route, 'Bonus');
    expect([route.name, ofNewer.status, ofNewer.body.code]).toEqual([route.name, 503, 'flow_version_unavailable']);
    expect(Number(ofNewer.headers.get('retry-after'))).toBeGreaterThan(0);
    const ofNothing = await call(route, 'nonsense');
    expect([route.name, ofNothing.status, ofNothing.body.code]).toEqual([route.name, 404, 'unknown_flow']);
  }
  const counted = await lab
    .person()
    .post('/v1/client-reads', { flow: 'bonus', counts: { database: 1, auth0: 0, cache: 0, default: 0 } });
  expect([counted.status, counted.body?.code]).toEqual([503, 'flow_version_unavailable']);
});

test('C02: while the database does not answer, an unknown key is no 404, and a known version is served from Auth0', async () => {
  const person = lab.person();
  await person.at(newerUrl).view('journey');
  await person.at(newerUrl).move({ step: 'policy', action: 'complete' }, {}, 'journey');
  await person.at(newerUrl).move({ step: 'claim', action: 'complete' }, {}, 'bonus');
  await lab.untilMirrored();
  const [mirror] = Object.values(lab.metadataOf(person.subject));
  // Whichever process sent it: what its build lacks is in it.
  expect(mirror.f).toMatchObject({ journey: { v: 2 }, bonus: { v: 1, s: 'c' } });
  await lab.databaseDown();
  try {
    const served = await person.view('journey');
    expect(served).toMatchObject({ status: 200, body: { source: 'auth0', flow: { version: 2 } } });
    expect((await person.view('bonus')).body.code).toBe('flow_version_unavailable');
    await eventually(async () => (await person.view('nobody_has_it')).body.code === 'status_unknown');
  } finally {
    await lab.databaseUp();
  }
});

/** How often the flow versions were read. A session reports its counts when it ends, else up to some seconds later. */
const looks = async (): Promise<number> => {
  const sessions = `FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'foothold%'`;
  const ended = await lab.service.sql(`SELECT pid, pg_terminate_backend(pid) ${sessions}`);
  const pids = ended.map(({ pid }) => pid);
  await eventually(async () => (await lab.service.sql(`SELECT ${sessions} AND pid = ANY($1)`, [pids])).length === 0);
  await eventually(async () => (await lab.person().me()).status === 200);
  const [row] = await lab.service.sql(`SELECT coalesce(sum(seq_scan + idx_scan), 0)::integer AS looks
    FROM pg_stat_user_tables WHERE relname = 'flow_version'`);
  return row.looks;
};

test('C02: trusted systems cannot make the service ask the database for each step that they make up', async () => {
  const payments = await lab.service.payments();
  const before = await looks();
  for (let n = 0; n < 20; n += 1) {
    expect((await payments.get(`/v1/flows/journey/due-steps?step=made_up_${n}`)).status).toBe(422);
  }
  expect((await looks()) - before).toBeLessThan(6);
});

test('C02: strangers cannot make the service ask the database for each key that they make up', async () => {
  const person = lab.person();
  const before = await looks();
  const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => person.view(`made_up_${n}`)));
  expect(answers.every(({ status }) => status === 404)).toBe(true);
  expect((await person.view(`${'x'.repeat(500)}`)).status).toBe(404);
  expect((await looks()) - before).toBeLessThan(6);
});

import { Administering } from '../support/administration.js';
import { key, type Api } from '../support/api.js';
import { EventStream } from '../support/event-stream.js';
import { eventually } from '../support/eventually.js';
import { untilRolledUp } from '../support/rolled-up.js';
import { TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';
import { createNewer, createOlder } from '../support/two-builds.js';

const FLOW = 'journey';

let service: TestService;
/** A process of the newer build; the service's own process is of the older one, and was there first. */
let newerUrl: string;
let tenantId: string;
/** An owner, at the older process and at the newer one. */
let older: Api;
let newer: Api;
let asOwner: Administering;
beforeAll(async () => {
  service = await TestService.start({ create: createOlder });
  newerUrl = await service.startAnother({}, createNewer);
});
afterAll(() => service.stop());

beforeEach(async () => {
  const owner = service.person();
  tenantId = await createTenant(service, { members: { [owner.subject]: 'owner' } });
  older = owner.inTenant(tenantId).at(service.url);
  newer = owner.inTenant(tenantId).at(newerUrl);
  asOwner = new Administering(older, tenantId);
});

const viewed = ({ body: { asOf: _, ...view } }: { body: any }): unknown => view;
const admin = (path: string): string => asOwner.at(`/onboarding/${FLOW}${path}`);

describe('C02: a process meets people on a version that its build lacks', () => {
  it('C02: reads, lists, moves and follows a person on a newer version, as the newer build does', async () => {
    const opened = await newer.view(FLOW);
    expect(opened.body.flow).toEqual({ key: FLOW, version: 2, title: 'Journey, second edition' });
    const seen = await older.view(FLOW);
    expect([seen.status, viewed(seen)]).toEqual([200, viewed(opened)]);
    expect(seen.headers.get('etag')).toBe(opened.headers.get('etag'));
    const list = await older.get('/v1/onboarding');
    expect(list.body).toMatchObject({ items: [{ flow: { version: 2 } }], unavailable: [] });

    const stream = await EventStream.open(older, { 'x-tenant-id': tenantId }, FLOW);
    expect((await stream.next())?.data.flow.version).toBe(2);
    for (const step of ['policy', 'training', 'celebration']) {
      const once = key();
      const moved = await older.move({ step, action: 'complete' }, once, FLOW);
      expect(moved).toMatchObject({ status: 200, body: { applied: true, flow: { version: 2 } } });
      const again = await newer.move({ step, action: 'complete' }, once, FLOW);
      expect([again.status, viewed(again)]).toEqual([200, viewed(moved)]);
    }
    stream.close();
    expect((await older.move({ step: 'celebration', action: 'save', data: { note: 7 } }, {}, FLOW)).status).toBe(422);
    expect(viewed(await older.view(FLOW))).toEqual(viewed(await newer.view(FLOW)));
    expect((await older.history('', FLOW)).body.items).toHaveLength(3);
  });

  it('C02: reads and moves a person on an older version that a newer build no longer ships', async () => {
    const opened = await older.view(FLOW);
    expect(opened.body.flow.version).toBe(1);
    expect(viewed(await newer.view(FLOW))).toEqual(viewed(opened));
    for (const step of ['policy', 'training']) {
      expect((await newer.move({ step, action: 'complete' }, key(), FLOW)).status).toBe(200);
    }
    expect((await older.view(FLOW)).body).toMatchObject({ flow: { version: 1 }, isComplete: true });
  });

  it('C02: shows and repairs them for admins, with all steps of all versions', async () => {
    await newer.view(FLOW);
    await newer.move({ step: 'policy', action: 'complete' }, key(), FLOW);
    await newer.move({ step: 'training', action: 'complete' }, key(), FLOW);
    const member = admin(`/members/${encodeURIComponent(older.subject)}`);
    expect((await older.get(member)).body).toMatchObject({ view: { flow: { version: 2 } } });
    await untilRolledUp(service);
    const listed = await older.get(admin('/members?step=inspection'));
    expect(listed.body).toMatchObject({ items: [{ subject: older.subject, step: 'inspection' }], unavailable: [] });
    const funnel = (await older.get(admin('/funnel'))).body;
    expect(funnel.steps.map(({ key: step }: any) => step)).toEqual(['policy', 'inspection', 'training', 'celebration']);
    expect(funnel.upToDate).toBe(true);

    expect((await older.get(admin('/export'))).body).toMatchObject({
      subject: older.subject,
      status: 'in_progress',
      currentStep: 'inspection',
    });
    const [head, row] = (await older.get(admin('/export?format=csv'))).body.trim().split('\r\n');
    expect(head).toContain('inspection,inspection.completedAt,');
    expect(row).toContain(`${older.subject},owner,in_progress,inspection`);

    const reason = 'They asked';
    const repaired = await older.post(`${member}/transitions`, { step: 'celebration', action: 'complete', reason });
    expect(repaired).toMatchObject({ status: 200, body: { applied: true } });
    expect((await older.post(`${member}/restore`, { revision: 1, reason })).status).toBe(200);
    expect((await older.post(admin('/restore'), { revision: 1, reason })).status).toBe(200);
  });

  it('C02: lists due steps and accepts attestations for steps that only the newer version has', async () => {
    await newer.view(FLOW);
    await newer.move({ step: 'policy', action: 'complete' }, key(), FLOW);
    const system = (await service.payments()).at(service.url);
    const due = await system.get(`/v1/flows/${FLOW}/due-steps?step=inspection`);
    expect(due.body.items).toContainEqual(expect.objectContaining({ tenantId, step: 'inspection' }));
    const attested = await system.attest(tenantId, { step: 'inspection' }, FLOW);
    expect([attested.status, attested.body]).toEqual([200, { applied: true, deferred: false, revision: 2 }]);
  });

  it('C02: moves many people, those on the newer version by its rules', async () => {
    await newer.view(FLOW);
    await newer.move({ step: 'training', action: 'complete' }, key(), FLOW);
    const bulk = { where: { status: 'in_progress' }, step: 'training', action: 'reopen', reason: 'New material' };
    const started = await older.post(admin('/bulk'), bulk);
    expect(started.status).toBe(202);
    const job = admin(`/bulk/${started.body.id}`);
    await eventually(async () => (await older.get(job)).body.status === 'completed');
    expect((await older.get(job)).body.counts).toMatchObject({ examined: 1, applied: 1, refused: 0 });
    const ofNewer = await older.post(admin('/bulk'), { ...bulk, where: {}, step: 'celebration', action: 'complete' });
    expect([ofNewer.status, ofNewer.body.code]).toEqual([503, 'flow_version_unavailable']);
    const byNewer = await newer.post(admin('/bulk'), { ...bulk, where: {}, step: 'celebration', action: 'complete' });
    // A process that does not know the step leaves the job to another process. The queue waits longer
    // after each such attempt, so the test does not wait for it.
    await eventually(async () => {
      await service.sql(`SELECT graphile_worker.reschedule_jobs(array_agg(id), run_at := now())
        FROM graphile_worker._private_jobs WHERE locked_at IS NULL AND run_at > now()`);
      return (await older.get(admin(`/bulk/${byNewer.body.id}`))).body.status === 'completed';
    }, 45_000);
    expect((await older.get(admin(`/bulk/${byNewer.body.id}`))).body.counts.reasons).toEqual({ step_blocked: 1 });
  });
});

describe('C02: a version that no process can load', () => {
  const UNAVAILABLE = { status: 503, body: { code: 'flow_version_unavailable' } };
  const NOT_UNDERSTOOD = {
    key: FLOW,
    version: 8,
    title: 'A',
    steps: [{ key: 'a', scope: 'member', title: 'A', magic: 1 }],
  };

  const onVersion = async (version: number): Promise<void> => {
    await older.view(FLOW);
    await untilRolledUp(service);
    await service.sql('UPDATE foothold.onboarding_progress SET flow_version = $2 WHERE tenant_id = $1', [
      tenantId,
      version,
    ]);
  };

  it.each([
    ['is missing in the database', 9, 'missing'],
    ['this build does not understand', 8, 'not_understood'],
  ])('C02: that %s is 503 for those people alone', async (_, version, reason) => {
    await service.sql(
      `INSERT INTO foothold.flow_version (flow_key, version, definition, status, checksum)
       VALUES ($1, 8, $2, 'published', '') ON CONFLICT DO NOTHING`,
      [FLOW, JSON.stringify(NOT_UNDERSTOOD)],
    );
    await onVersion(version);
    const member = admin(`/members/${encodeURIComponent(older.subject)}`);
    const move = { step: 'training', action: 'complete' };
    const repair = { ...move, reason: 'They asked' };
    for (const answer of await Promise.all([
      older.view(FLOW),
      older.move(move, key(), FLOW),
      older.history('', FLOW),
      older.get(`/v1/onboarding/${FLOW}/events`),
      older.post(`${member}/transitions`, repair),
      older.post(`${member}/restore`, { revision: 0, reason: 'They asked' }),
    ])) {
      expect(answer).toMatchObject(UNAVAILABLE);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await service.person().view(FLOW)).status).toBe(200);
    expect((await older.get('/v1/onboarding')).body).toEqual({
      items: [],
      unavailable: [{ flow: FLOW, code: 'flow_version_unavailable' }],
    });
    const explained = await older.get(member);
    expect(explained.body).toMatchObject({ view: null, differences: [{ code: 'flow_version_unavailable' }] });
    expect((await older.get(admin('/export'))).body).toMatchObject({
      subject: older.subject,
      status: null,
      unavailable: 'flow_version_unavailable',
    });
    expect((await older.get(admin('/export?format=csv'))).body).toMatch(
      /,unavailable\r\n.*,flow_version_unavailable\r\n$/,
    );
    const named = { flow: FLOW, version, reason };
    expect((await older.get(admin('/members'))).body.unavailable).toEqual([named]);
    const health = (await older.manage('/health')).body;
    expect(health).toMatchObject({ status: 'degraded', flows: { status: 'degraded' } });
    expect(health.flows.unavailable).toContainEqual(named);
    expect((await older.get('/health/ready')).body).toEqual({ status: 'degraded' });

    const bulk = { where: {}, step: 'training', action: 'complete', reason: 'All of them' };
    const { id } = (await older.post(admin('/bulk'), bulk)).body;
    await eventually(async () => (await older.get(admin(`/bulk/${id}`))).body.status === 'completed');
    expect((await older.get(admin(`/bulk/${id}`))).body.counts.reasons).toEqual({ flow_version_unavailable: 1 });
  });

  it('C02: does not make each page of the people read every part of the flow', async () => {
    await onVersion(9);
    await older.view(FLOW);
    const first = (await older.get(admin('/members'))).body;
    expect(first.unavailable).toEqual([{ flow: FLOW, version: 9, reason: 'missing' }]);
    const held = await service.holding('LOCK TABLE foothold.onboarding_progress IN ACCESS EXCLUSIVE MODE');
    try {
      expect((await older.get(admin('/members'))).body).toEqual(first);
    } finally {
      await held.release();
    }
  });

  it('C02: is served as soon as the database has it, and the work that waited goes on', async () => {
    await onVersion(12);
    await service.sql(
      `INSERT INTO foothold.part_due SELECT tenant_id, flow_key, subject, revision, now()
       FROM foothold.onboarding_progress WHERE tenant_id = $1`,
      [tenantId],
    );
    expect(await older.view(FLOW)).toMatchObject(UNAVAILABLE);
    await service.sql(
      `INSERT INTO foothold.flow_version (flow_key, version, definition, status, checksum)
       SELECT flow_key, 12, jsonb_set(definition, '{version}', '12'), status, checksum
       FROM foothold.flow_version WHERE flow_key = $1 AND version = 2`,
      [FLOW],
    );
    await eventually(async () => (await older.view(FLOW)).status === 200);
    expect((await older.view(FLOW)).body.flow.version).toBe(12);
    await untilRolledUp(service);
    expect((await older.manage('/health')).body.flows.unavailable).not.toContainEqual(
      expect.objectContaining({ version: 12 }),
    );
  });
});

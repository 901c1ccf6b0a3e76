import { PROBLEMS } from '../../src/http/problem-codes.js';
import type { Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { metadataKeyOf } from '../support/mirror-truth.js';
import { hurried, syncedApp } from '../support/synced-app.js';
import { BUSINESS, choosePlan, tellBusiness } from '../support/workspace.js';

/** Short enough for a test, long enough to be seen: minutes of patience become seconds. */
const HURRY = 100;

describe('scenarios of the mirror', () => {
  let lab: MirrorLab;
  beforeAll(async () => {
    lab = await mirrorLab({ create: syncedApp(hurried(HURRY)) });
  });
  afterAll(() => lab.close());
  afterEach(() => lab.service.standIn.faults.clear());

  const mirrorOf = (person: Api, tenantId: string): any => lab.metadataOf(person.subject)[metadataKeyOf(tenantId)];

  /** A newcomer is not kept waiting for the look into Auth0, so that may still be under way when they were answered. */
  async function untilQuiet(): Promise<void> {
    const { requests } = lab.service.standIn;
    let seen = -1;
    await eventually(async () => {
      const isQuiet = requests.list().length === seen;
      seen = requests.list().length;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return isQuiet;
    });
  }

  /** What the database has lost is known to Auth0 only. */
  async function loseTenant(tenantId: string): Promise<void> {
    await lab.service.sql('DELETE FROM foothold.tenant WHERE tenant_id = $1', [tenantId]);
  }

  describe('S07 the database has no record, and the mirror says otherwise', () => {
    let lost: Api;
    let tenantId: string;
    let operator: Api;
    beforeEach(async () => {
      lost = lab.person();
      ({ tenantId } = await choosePlan(lost));
      await lab.untilMirrored();
      await loseTenant(tenantId);
      operator = lab.service.person('operator', { permissions: ['platform:admin'] });
    });

    const theCase = async (): Promise<any> => (await operator.get(`/v1/tenants/${tenantId}/cases`)).body.items[0];
    const resolve = async (resolution: string, reason = 'told so') =>
      operator.post(`/v1/tenants/${tenantId}/cases/${(await theCase()).id}/resolve`, { resolution, reason });

    it('raises one case, makes no second tenant, and tells the person to wait', async () => {
      for (const answer of await Promise.all([
        lost.view(),
        lost.me(),
        lost.move({ step: 'payment', action: 'start' }),
      ])) {
        const { detail } = PROBLEMS.reconciliation_required;
        expect(answer).toMatchObject({ status: 409, body: { code: 'reconciliation_required', detail } });
      }
      const { body } = await operator.get(`/v1/tenants/${tenantId}/cases`);
      expect(body.items).toHaveLength(1);
      expect(body.items[0]).toMatchObject({ subject: lost.subject, status: 'open' });
      expect(body.items[0].flows).toContainEqual({
        flow: 'workspace',
        revision: 2,
        status: 'in_progress',
        currentStep: 'payment',
      });
      const tenants = await lab.service.sql('SELECT FROM foothold.membership WHERE subject = $1', [lost.subject]);
      expect(tenants).toEqual([]);
    });

    it('restores what the mirror says, with its history', async () => {
      await lost.view();
      expect(await resolve('restore')).toMatchObject({ status: 200, body: { status: 'restored' } });
      const { status, body } = await lost.view();
      expect(status).toBe(200);
      expect(body).toMatchObject({ tenantId, currentStep: 'payment', source: 'database' });
      expect(body.steps.map((step: any) => step.status)).toEqual(['completed', 'completed', 'pending', 'pending']);
      const { body: history } = await lost.history();
      expect(history.items[0]).toMatchObject({ action: 'restore', actorKind: 'import', reason: 'told so' });
      expect((await resolve('restore')).body.code).toBe('case_resolved');
      const { body: due } = await (await lab.service.payments()).get('/v1/flows/workspace/due-steps?step=payment');
      expect(due.items).toEqual([expect.objectContaining({ tenantId })]);
    });

    it('is not decided for a reason that says nothing', async () => {
      await lost.view();
      expect(await resolve('restore', ' ')).toMatchObject({ status: 422, body: { errors: [{ path: '/reason' }] } });
      expect((await theCase()).status).toBe('open');
    });

    it('starts over, and does not ask again', async () => {
      await lost.view();
      expect(await resolve('start_over')).toMatchObject({ status: 200, body: { status: 'started_over' } });
      const { status, body } = await lost.view();
      expect(status).toBe(200);
      expect(body.tenantId).not.toBe(tenantId);
      expect(body.status).toBe('not_started');
    });
  });

  it('S07 a mirror that is ahead of a restored database is not overwritten until somebody decides', async () => {
    const ada = lab.person();
    const { tenantId } = await choosePlan(ada);
    await lab.untilMirrored();
    const before = mirrorOf(ada, tenantId);
    await lab.service.sql(
      `UPDATE foothold.onboarding_progress SET revision = 0, steps = '{}', data = '{}' WHERE tenant_id = $1`,
      [tenantId],
    );
    await lab.service.sql('DELETE FROM foothold.onboarding_history WHERE tenant_id = $1', [tenantId]);
    await lab.service.sql('DELETE FROM foothold.operation WHERE tenant_id = $1', [tenantId]);
    // As after a restore: it is not known any more what Auth0 holds.
    await lab.service.sql('UPDATE foothold.auth0_mirror SET lineage = NULL WHERE tenant_id = $1', [tenantId]);
    await tellBusiness(ada);
    await lab.untilMirrored();
    expect(mirrorOf(ada, tenantId)).toEqual(before);
    const { body } = await ada.get(`/v1/tenants/${tenantId}/auth0-sync`);
    expect(body).toMatchObject({ parked: 1, troubled: [{ parked: 'reconciliation_required', drift: 'ahead' }] });

    const { body: cases } = await ada.get(`/v1/tenants/${tenantId}/cases`);
    const decision = { resolution: 'start_over', reason: 'the backup is right' };
    await ada.post(`/v1/tenants/${tenantId}/cases/${cases.items[0].id}/resolve`, decision);
    await lab.untilMirrored();
    expect(mirrorOf(ada, tenantId).f.workspace).toMatchObject({ r: 1, c: 'subscription' });
  });

  it('S08 the database answers over a mirror that says complete, and reconciling repairs the mirror', async () => {
    const ada = lab.person();
    const { tenantId } = await choosePlan(ada);
    await lab.untilMirrored();
    const right = mirrorOf(ada, tenantId);
    await lab.service.standIn.people.changeMetadata(ada.subject, {
      appMetadata: {
        [metadataKeyOf(tenantId)]: { ...right, f: { workspace: { ...right.f.workspace, s: 'c', p: 'cccc' } } },
      },
    });
    expect((await ada.view()).body).toMatchObject({ currentStep: 'payment', isComplete: false, source: 'database' });

    const dry = await ada.post(`/v1/tenants/${tenantId}/auth0-sync/reconcile`, { dryRun: true });
    expect(dry).toMatchObject({ status: 202, body: { mirrors: 1, dryRun: true } });
    await lab.untilMirrored();
    const { body: report } = await ada.get(`/v1/tenants/${tenantId}/auth0-sync`);
    expect(report).toMatchObject({ drifted: 1, checksPending: 0, troubled: [{ drift: 'not_ours' }] });
    expect(mirrorOf(ada, tenantId).f.workspace.s).toBe('c');

    expect((await ada.send('POST', `/v1/tenants/${tenantId}/auth0-sync/reconcile`)).status).toBe(202);
    await lab.untilMirrored();
    expect(mirrorOf(ada, tenantId).f).toEqual(right.f);
  });

  it('S13 the database wins over a stale mirror, and a refusal never falls back', async () => {
    const ada = lab.person();
    const { tenantId } = await choosePlan(ada, { plan: 'free' });
    await lab.untilMirrored();
    lab.service.standIn.faults.add({ operation: 'write_user', kind: 'server_error' });
    await ada.move({ step: 'subscription', action: 'save', data: { plan: 'professional', billingCycle: 'monthly' } });
    expect((await ada.view()).body).toMatchObject({ currentStep: 'payment', source: 'database' });
    expect(mirrorOf(ada, tenantId).f.workspace.c).not.toBe('payment');

    for (const refused of [
      lab.service.anonymous().view(),
      ada.view('no_such_flow'),
      ada.inTenant('00000000-0000-4000-8000-000000000000').view(),
    ]) {
      const { status, body } = await refused;
      expect([401, 404]).toContain(status);
      expect(body.source).toBeUndefined();
    }
  });

  it('S46 every mirror converges by itself after Auth0 could not write; meanwhile lag shows, and nobody is blocked', async () => {
    const people = Array.from({ length: 8 }, () => lab.person());
    const { standIn } = lab.service;
    standIn.faults.add({ operation: 'write_user', kind: 'server_error' });
    const views = await Promise.all(people.map((person) => tellBusiness(person)));
    await eventually(async () => {
      const { body } = await people[0]!.get(`/v1/tenants/${views[0].tenantId}/auth0-sync`);
      return body.due === 1 && body.troubled[0]?.attempts > 0;
    });
    const { body: metrics } = await people[0]!.manage('/metrics');
    expect(Number(/^foothold_mirror_due (\d+)/m.exec(metrics)?.[1])).toBeGreaterThanOrEqual(8);
    expect((await people[0]!.manage('/health')).body.mirrors.due).toBeGreaterThanOrEqual(8);
    for (const person of people) expect((await person.view()).body.source).toBe('database');
    expect((await people[1]!.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } })).status).toBe(
      200,
    );

    standIn.faults.clear();
    await lab.untilMirroredInTime();
    for (const [index, person] of people.entries()) {
      const mirrored = mirrorOf(person, views[index].tenantId).f.workspace;
      expect(mirrored.r).toBe((await person.view()).body.revision);
    }
  });

  it('S48 a forged or edited claim, cookie, query or metadata opens nothing, with the database up or down', async () => {
    const ada = lab.person();
    const mallory = lab.person();
    const { tenantId } = await tellBusiness(ada);
    await tellBusiness(mallory);
    await lab.untilMirrored();
    const honest = mirrorOf(ada, tenantId);
    const forged = { ...honest, f: { workspace: { ...honest.f.workspace, s: 'c', p: 'cccc', c: null, r: 99 } } };
    const claims = { 'https://foothold.dev/mirrors': { [metadataKeyOf(tenantId)]: forged } };
    const withForgedClaim = lab.service.person(ada.subject, claims);
    const copied = lab.service.person(mallory.subject, {
      'https://foothold.dev/mirrors': { [metadataKeyOf(tenantId)]: honest },
    });
    const withForgedCookie = withForgedClaim.with({ cookie: 'onboarding=complete' });
    const inQuery = await withForgedCookie.get('/v1/onboarding/workspace?status=completed&isComplete=true');
    expect([inQuery.status, inQuery.body.code]).toEqual([422, 'invalid_request']);
    const { body } = await withForgedCookie.view();
    expect(body).toMatchObject({ isComplete: false, currentStep: 'subscription', source: 'database' });

    await lab.databaseDown();
    try {
      // Not the forged claim: what Auth0 itself holds.
      expect((await withForgedClaim.view()).body).toMatchObject({ revision: 1, isComplete: false, degraded: true });
      expect((await copied.inTenant(tenantId).view()).status).toBe(503);
      const gate = await withForgedClaim.move({ step: 'setup', action: 'complete' });
      expect(gate).toMatchObject({ status: 503, body: { code: 'status_unknown' } });
      expect(Number(gate.headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await lab.databaseUp();
    }
    const edited = lab.person();
    const { tenantId: editedTenant } = await tellBusiness(edited);
    await lab.untilMirrored();
    const sealed = mirrorOf(edited, editedTenant);
    await lab.service.standIn.people.changeMetadata(edited.subject, {
      appMetadata: { [metadataKeyOf(editedTenant)]: { ...sealed, role: 'admin' } },
    });
    await lab.databaseDown();
    expect((await edited.view()).status).toBe(503);
    await lab.databaseUp();
  });

  it('S50 while Auth0 answers 429 to everything all read from the database, without a call, and mirrors wait', async () => {
    const people = Array.from({ length: 100 }, () => lab.person());
    await Promise.all(people.map((person) => person.view()));
    const { standIn } = lab.service;
    await untilQuiet();
    standIn.faults.add({ operation: 'any', kind: 'rate_limited' });
    standIn.requests.clear();
    const moved = await people[0]!.move({ step: 'business_info', action: 'complete', data: BUSINESS });
    await eventually(async () => standIn.requests.list('read_user').length > 0);
    const calls = standIn.requests.list('read_user').length;
    const answers = await Promise.all(people.map((person) => person.view()));
    expect(answers.map(({ status, body }) => [status, body.source])).toEqual(people.map(() => [200, 'database']));
    const asked = standIn.requests.list().filter(({ userId }) => userId !== people[0]!.subject);
    expect(asked).toEqual([]);
    expect(standIn.requests.list('read_user').length - calls).toBeLessThan(5);
    const failed = 'SELECT last_error FROM foothold.auth0_mirror WHERE subject = $1 AND last_error IS NOT NULL';
    const failures = () => lab.service.sql(failed, [people[0]!.subject]);
    await eventually(async () => (await failures()).length === 1);
    expect(await failures()).toEqual([{ last_error: expect.stringMatching(/too many|spent/) }]);
    standIn.faults.clear();
    await lab.untilMirrored();
    expect(mirrorOf(people[0]!, moved.body.tenantId)).toBeDefined();
  });
});

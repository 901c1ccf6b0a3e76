import fc from 'fast-check';
import { withAttestationsOf } from '../support/attested-parts.js';
import { foldEffects, type Effect, type PartState } from '../../src/flow/index.js';
import { outcomeOf } from '../support/administration.js';
import { key, type Answer, type Api } from '../support/api.js';
import { EventStream } from '../support/event-stream.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { mirrorFaults } from '../support/mirror-truth.js';
import { newSubject, type TestService } from '../support/service.js';
import { staffed, type Staff } from '../support/staff.js';
import { createTenant, removeMember } from '../support/tenants.js';
import { verified } from '../support/verified.js';
import { choosePlan, statusesOf, stepOf } from '../support/workspace.js';

describe('restoring a part', () => {
  let lab: MirrorLab;
  let service: TestService;
  let { owner, admin, member, tenantId } = {} as Staff;
  beforeAll(async () => {
    lab = await mirrorLab();
    service = lab.service;
  });
  afterAll(() => lab.close());
  beforeEach(async () => {
    ({ owner, admin, member, tenantId } = await staffed(service, () => lab.person()));
  });

  const reason = 'Clicked through by mistake';
  const at = (flow: string): string => `/v1/tenants/${tenantId}/onboarding/${flow}`;
  const restoreMember = (revision: number, { subject }: Pick<Api, 'subject'> = member, as = admin): Promise<Answer> =>
    as.post(`${at('member_tour')}/members/${encodeURIComponent(subject)}/restore`, { revision, reason });
  const restoreShared = (revision: number, flow = 'workspace'): Promise<Answer> =>
    admin.post(`${at(flow)}/restore`, { revision, reason });
  const tour = async () => (await member.view('member_tour')).body;
  const moveTour = (step: string, action: string, data?: Record<string, unknown>, headers = {}): Promise<Answer> =>
    member.move({ step, action, ...(data && { data }) }, headers, 'member_tour');
  const partOf = async (flow: string, subject: string) => {
    const [row] = await service.sql(
      'SELECT steps, data, revision FROM foothold.onboarding_progress WHERE tenant_id = $1 AND flow_key = $2 AND subject = $3',
      [tenantId, flow, subject],
    );
    return row;
  };
  const findings = async () => (await verified(service.database.appUrl)).findings;

  it('of a member makes it what it was, as a new revision, told in history and audit', async () => {
    await moveTour('profile', 'complete', { displayName: 'Alan' });
    const before = await partOf('member_tour', member.subject);
    await moveTour('first_project', 'complete', { projectName: 'Enigma' });
    await moveTour('profile', 'save', { displayName: 'Turing' });

    expect((await restoreMember(1)).body).toEqual({ applied: true, revision: 4, steps: ['profile', 'first_project'] });
    expect(await partOf('member_tour', member.subject)).toEqual({ ...before, revision: 4 });
    const [entry] = (await member.history('?limit=1', 'member_tour')).body.items;
    expect(entry).toMatchObject({
      part: 'member',
      revision: 4,
      action: 'restore',
      step: '',
      actor: admin.subject,
      actorKind: 'admin',
      reason,
    });
    expect(entry.effects).toContainEqual({ kind: 'restored', step: 'first_project', record: null, data: null });
    const { items } = (await owner.get(`/v1/tenants/${tenantId}/audit`)).body;
    expect(items[0]).toMatchObject({
      actor: admin.subject,
      action: 'progress_restored',
      subject: member.subject,
      reason,
      detail: { flow: 'member_tour', restored: 1, revision: 4, as: 'admin' },
    });
    expect(await findings()).toEqual([]);
  });

  it('of the tenant also takes back what was attested, and a later revision brings it back', async () => {
    await choosePlan(owner);
    await (await service.payments()).attest(tenantId, { step: 'payment' });
    expect(statusesOf((await owner.view()).body)['payment']).toBe('completed');

    expect((await restoreShared(1)).body).toMatchObject({ applied: true, revision: 4 });
    const { body: back } = await owner.view();
    expect(statusesOf(back)).toEqual({
      business_info: 'completed',
      subscription: 'pending',
      payment: 'pending',
      setup: 'pending',
    });
    expect((await restoreShared(3)).body).toMatchObject({ applied: true, revision: 5 });
    expect(statusesOf((await owner.view()).body)).toMatchObject({ payment: 'completed', setup: 'pending' });
    expect(await findings()).toEqual([]);
  });

  it('of the tenant makes due for trusted systems what was due then', async () => {
    const due = async () =>
      (await service.sql('SELECT step FROM foothold.due_step WHERE tenant_id = $1 ORDER BY step', [tenantId])).map(
        ({ step }) => step,
      );
    await choosePlan(owner);
    expect(await due()).toEqual(['payment']);
    await restoreShared(1);
    expect(await due()).toEqual([]);
    await restoreShared(2);
    expect(await due()).toEqual(['payment']);
  });

  it('that is as it was then changes nothing, and is not told', async () => {
    await moveTour('profile', 'complete');
    const history = async () => (await member.history('', 'member_tour')).body.items.length;
    expect((await restoreMember(1)).body).toEqual({ applied: false, revision: 1, steps: [] });
    expect((await restoreMember(0, owner)).body).toEqual({ applied: false, revision: 0, steps: [] });
    expect(await history()).toBe(1);
    expect((await owner.get(`/v1/tenants/${tenantId}/audit`)).body.items).toEqual([]);
  });

  it('refuses a revision that is none, a flow without such a part, and whoever is no member', async () => {
    await moveTour('profile', 'complete');
    const ahead = await restoreMember(2);
    expect([ahead.status, ahead.body.errors]).toEqual([
      422,
      [{ path: '/revision', message: 'does not exist yet; the current revision is 1' }],
    ]);
    const noPart = await restoreShared(0, 'member_tour');
    expect([noPart.status, noPart.body.errors[0].path]).toEqual([422, 'flow']);
    expect(outcomeOf(await restoreMember(0, { subject: newSubject() }))).toEqual([404, 'member_not_found']);
    expect(outcomeOf(await restoreShared(0, 'no_such_flow'))).toEqual([404, 'unknown_flow']);
    expect(outcomeOf(await restoreMember(-1))).toEqual([422, 'invalid_request']);
    expect(outcomeOf(await restoreMember(0.5))).toEqual([422, 'invalid_request']);
    expect(outcomeOf(await restoreMember(0, member, member))).toEqual([403, 'forbidden']);
    await removeMember(service, tenantId, member.subject);
    expect(outcomeOf(await restoreMember(0))).toEqual([404, 'member_not_found']);
  });

  it('refuses a revision that was judged by another version of the flow', async () => {
    await moveTour('profile', 'complete');
    await moveTour('first_project', 'complete');
    await service.sql('UPDATE foothold.onboarding_history SET flow_version = 7 WHERE tenant_id = $1 AND revision = 1', [
      tenantId,
    ]);
    const { status, body } = await restoreMember(1);
    expect([status, body.detail]).toEqual([
      422,
      '/revision: belongs to version 7 of the flow; the current version is 1',
    ]);
  });

  it('is seen by open streams, and followed by the mirrors', async () => {
    await moveTour('profile', 'complete');
    await lab.untilMirrored();
    const stream = await EventStream.open(member, {}, 'member_tour');
    expect((await stream.next())!.data.revision).toBe(1);
    await restoreMember(0);
    expect((await stream.next())!.data).toMatchObject({ revision: 2, status: 'not_started', currentStep: 'profile' });
    stream.close();
    await lab.untilMirrored();
    expect((await mirrorFaults(service)).filter((fault) => fault.startsWith(member.subject))).toEqual([]);
  });

  describe('meets the queue that a browser has from the time before', () => {
    beforeEach(async () => {
      await moveTour('profile', 'complete', {}, key('sent-before'));
      await restoreMember(0);
    });

    it('with a judgement: what builds on a step that was taken back is refused', async () => {
      const { status, body } = await moveTour('first_project', 'complete', {}, key());
      expect([status, body.reason, body.missing, body.current.revision]).toEqual([409, 'step_blocked', ['profile'], 2]);
    });

    it('with a judgement: what is still legal counts', async () => {
      const { status, body } = await moveTour('profile', 'complete', { displayName: 'Alan' }, key());
      expect([status, body.applied, body.revision, stepOf(body, 'profile').status]).toEqual([
        200,
        true,
        3,
        'completed',
      ]);
    });

    it('and does not apply again what it had sent already', async () => {
      const { status, body } = await moveTour('profile', 'complete', {}, key('sent-before'));
      expect([status, body.applied, body.revision, stepOf(body, 'profile').status]).toEqual([200, true, 2, 'pending']);
    });

    it('and not what stands on the premise of before', async () => {
      const { status, body } = await moveTour('profile', 'reopen', undefined, { 'if-match': '"1"', ...key() });
      expect([status, body.code]).toEqual([412, 'revision_mismatch']);
      expect((await tour()).revision).toBe(2);
    });
  });

  it('against moves at the same time loses none of them: each is a revision of its own', async () => {
    await moveTour('profile', 'complete');
    const answers = await Promise.all([
      ...Array.from({ length: 6 }, (_, n) => moveTour('profile', 'save', { displayName: `Alan ${n}` }, key())),
      ...Array.from({ length: 6 }, () => restoreMember(1)),
    ]);
    const applied = answers.filter(({ status, body }) => status === 200 && body.applied).length;
    expect(applied).toBeGreaterThanOrEqual(6);
    expect((await tour()).revision).toBe(1 + applied);
    expect(await findings()).toEqual([]);
  });

  it('gives, for any history and any revision, what the part was but for attestations, as a new revision', async () => {
    const step = fc.constantFrom('business_info', 'subscription', 'payment', 'setup');
    const move = fc.record({
      step,
      what: fc.constantFrom('start', 'save', 'complete', 'reopen', 'attest', 'restore', 'complete'),
      name: fc.constantFrom('Acme', 'Globex', null),
      plan: fc.constantFrom('free', 'professional', 'enterprise'),
      to: fc.nat(),
    });
    const payments = await service.payments();
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 3, maxLength: 14 }), fc.nat(), async (moves, nth) => {
        owner = service.person();
        tenantId = await createTenant(service, { members: { [owner.subject]: 'owner', [admin.subject]: 'admin' } });
        await owner.inTenant(tenantId).view();
        const revision = async () => (await partOf('workspace', '')).revision as number;
        for (const { step: moved, what, name, plan, to } of moves) {
          const data = moved === 'business_info' ? { businessName: name } : { plan };
          const withData =
            (what === 'save' || what === 'complete') && ['business_info', 'subscription'].includes(moved);
          const path = `${at('workspace')}/members/${encodeURIComponent(owner.subject)}/transitions`;
          if (what === 'restore') await restoreShared(to % ((await revision()) + 1));
          else if (what === 'attest') await payments.attest(tenantId, { step: to % 2 ? 'payment' : 'setup' });
          else await admin.post(path, { step: moved, action: what, reason, ...(withData && { data }) });
        }
        const newest = await revision();
        const then = nth % (newest + 1);
        const rows = await service.sql<{ effects: Effect[] }>(
          `SELECT effects FROM foothold.onboarding_history
           WHERE tenant_id = $1 AND flow_key = 'workspace' AND subject = '' AND revision <= $2 ORDER BY revision`,
          [tenantId, then],
        );
        const { revision: _, ...before } = await partOf('workspace', '');
        const { status, body } = await restoreShared(then);
        const { revision: after, ...part } = await partOf('workspace', '');
        const earlier = foldEffects(rows.flatMap(({ effects }) => effects));
        expect([status, part]).toEqual([200, withAttestationsOf(before as PartState, earlier)]);
        expect([body.revision, after]).toEqual([newest + Number(body.applied), newest + Number(body.applied)]);
      }),
      { numRuns: 12 },
    );
    expect(await findings()).toEqual([]);
  }, 60_000);
});

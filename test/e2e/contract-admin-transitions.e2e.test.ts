import { outcomeOf } from '../support/administration.js';
import { key, type Answer, type Api, type Move, type RequestHeaders } from '../support/api.js';
import { newSubject, TestService } from '../support/service.js';
import { staffed, type Staff } from '../support/staff.js';
import { removeMember } from '../support/tenants.js';
import { BUSINESS, choosePlan, statusesOf, stepOf, tellBusiness } from '../support/workspace.js';

describe('a step that an admin moves on somebody’s behalf', () => {
  let service: TestService;
  let { owner, admin, member, tenantId, asOwner } = {} as Staff;
  beforeAll(async () => {
    service = await TestService.start();
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    ({ owner, admin, member, tenantId, asOwner } = await staffed(service));
  });

  const reason = 'They told us on the phone';
  const pathOf = (subject: string, flow: string): string =>
    `/v1/tenants/${tenantId}/onboarding/${flow}/members/${encodeURIComponent(subject)}/transitions`;
  const moveFor = (
    { subject }: Pick<Api, 'subject'>,
    move: Move & { reason?: unknown },
    headers: RequestHeaders = {},
    { as = admin, flow = 'member_tour' }: { as?: Api; flow?: string } = {},
  ): Promise<Answer> => as.post(pathOf(subject, flow), { reason, ...move }, headers);
  const profile = { step: 'profile', action: 'complete', data: { displayName: 'Alan' } };

  it('moves, is told in the history with who and why, and audited', async () => {
    const { status, body, headers } = await moveFor(member, { ...profile, step: 'Profile' });
    expect([status, body.applied, body.subject, body.revision]).toEqual([200, true, member.subject, 1]);
    expect(stepOf(body, 'profile')).toMatchObject({ status: 'completed', completedBy: admin.subject });

    const seen = await member.view('member_tour');
    expect([seen.body.revision, statusesOf(seen.body)['profile']]).toEqual([1, 'completed']);
    expect(seen.headers.get('etag')).toBe(headers.get('etag'));
    const { items } = (await member.history('', 'member_tour')).body;
    expect(items).toEqual([
      expect.objectContaining({
        part: 'member',
        revision: 1,
        action: 'complete',
        actor: admin.subject,
        actorKind: 'admin',
        reason,
      }),
    ]);
    const detail = { flow: 'member_tour', step: 'profile', action: 'complete', revision: 1, as: 'admin' };
    expect(await asOwner.entries()).toEqual([
      { actor: admin.subject, impersonator: null, action: 'step_moved', subject: member.subject, reason, detail },
    ]);
  });

  test.each([
    ['none', undefined],
    ['an empty one', ''],
    ['a blank one', '  '],
    ['one that is too long', 'x'.repeat(501)],
    ['one that is no text', 1],
  ])('needs a reason: %s is 422', async (_, given) => {
    const { status, body } = await moveFor(member, { ...profile, reason: given });
    expect([status, body.code, body.errors[0].path]).toEqual([422, 'invalid_request', '/reason']);
    expect((await member.view('member_tour')).body.revision).toBe(0);
  });

  it('may be one that the person could not reopen themselves', async () => {
    await tellBusiness(owner.inTenant(tenantId));
    const own = await owner.move({ step: 'business_info', action: 'reopen' });
    expect([own.status, own.body.reason]).toEqual([409, 'not_reopenable']);
    const { status, body } = await moveFor(
      owner,
      { step: 'business_info', action: 'reopen' },
      {},
      { as: owner, flow: 'workspace' },
    );
    expect([status, statusesOf(body)['business_info']]).toEqual([200, 'pending']);
    expect(stepOf(body, 'business_info').data).toEqual(BUSINESS);
  });

  it('may be a tenant’s that is not for the person’s role', async () => {
    const { status, body } = await moveFor(
      member,
      { step: 'business_info', action: 'complete', data: BUSINESS },
      {},
      { flow: 'workspace' },
    );
    expect([status, statusesOf(body)['business_info']]).toEqual([200, 'completed']);
    // The view is the member's, for whom there is nothing to do here.
    expect([body.currentStep, body.allowed]).toEqual([null, []]);
  });

  describe('is refused as one’s own', () => {
    it('by the rules, with what the admin may do', async () => {
      const { status, body } = await moveFor(member, { step: 'first_project', action: 'complete' });
      expect([status, body.code, body.reason, body.missing]).toEqual([
        409,
        'transition_rejected',
        'step_blocked',
        ['profile'],
      ]);
      expect(body.current).toMatchObject({ subject: member.subject, revision: 0 });
      const shared = await moveFor(
        member,
        { step: 'subscription', action: 'complete', data: { plan: 'free' } },
        {},
        { flow: 'workspace' },
      );
      expect(shared.body.current.allowed).toEqual([]);
      expect(shared.body.allowed).toContainEqual({ step: 'business_info', action: 'complete' });
    });

    it('when only a trusted system may say it, and the audit tells who claimed it for whom', async () => {
      await choosePlan(owner);
      const { status, body } = await moveFor(
        member,
        { step: 'payment', action: 'complete' },
        {},
        { flow: 'workspace' },
      );
      expect([status, body.reason]).toEqual([409, 'attestation_required']);
      expect((await asOwner.entries())[0]).toEqual({
        actor: admin.subject,
        impersonator: null,
        action: 'attestation_claimed',
        subject: member.subject,
        reason,
        detail: { flow: 'workspace', step: 'payment', action: 'complete' },
      });
    });

    it('for data that does not fit, an unknown step, action or flow, and an unknown field', async () => {
      const outcomes = [
        await moveFor(member, { step: 'profile', action: 'complete', data: { displayName: 1 } }),
        await moveFor(member, { step: 'dance', action: 'complete' }),
        await moveFor(member, { step: 'profile', action: 'Complete' }),
        await moveFor(member, profile, {}, { flow: 'no_such_flow' }),
        await moveFor(member, { ...profile, verified: true } as Move),
      ].map(outcomeOf);
      expect(outcomes).toEqual([
        [422, 'invalid_request'],
        [409, 'transition_rejected'],
        [422, 'invalid_request'],
        [404, 'unknown_flow'],
        [422, 'invalid_request'],
      ]);
      expect(await asOwner.entries()).toEqual([]);
    });

    it('on another premise: If-Match takes the tag or revision that the person sees', async () => {
      const first = await moveFor(member, { step: 'profile', action: 'start' }, { 'if-match': '"0"' });
      expect(first.status).toBe(200);
      const stale = await moveFor(member, profile, { 'if-match': '"0"' });
      expect([stale.status, stale.body.code, stale.body.current.revision]).toEqual([412, 'revision_mismatch', 1]);
      const tag = (await member.view('member_tour')).headers.get('etag')!;
      expect((await moveFor(member, profile, { 'if-match': tag })).status).toBe(200);
    });
  });

  it('is applied once for a key, and the replay is neither told nor audited again', async () => {
    const headers = key();
    const answers = await Promise.all(Array.from({ length: 8 }, () => moveFor(member, profile, headers)));
    expect(answers.map(({ status, body }) => [status, body.applied, body.revision])).toEqual(
      Array.from({ length: 8 }, () => [200, true, 1]),
    );
    expect((await asOwner.entries()).length).toBe(1);
  });

  it('has a key that belongs to what was asked, about whom, and why', async () => {
    const headers = key();
    expect((await moveFor(member, profile, headers)).status).toBe(200);
    expect(outcomeOf(await moveFor(owner, profile, headers))).toEqual([422, 'idempotency_key_reused']);
    expect(outcomeOf(await moveFor(member, { ...profile, reason: 'Another' }, headers))).toEqual([
      422,
      'idempotency_key_reused',
    ]);
    // Somebody else's keys are their own, the person's included.
    expect(outcomeOf(await moveFor(member, profile, headers, { as: owner }))).toEqual([200, undefined]);
    expect((await member.move(profile, headers, 'member_tour')).body).toMatchObject({ applied: false, revision: 1 });
  });

  it('that is as asked already changes nothing, and its key says so again after a reopen', async () => {
    await moveFor(member, profile);
    const headers = key();
    const again = await moveFor(member, { step: 'profile', action: 'complete' }, headers);
    expect([again.body.applied, again.body.revision]).toEqual([false, 1]);
    await moveFor(member, { step: 'profile', action: 'reopen' });
    const replay = await moveFor(member, { step: 'profile', action: 'complete' }, headers);
    expect([replay.body.applied, replay.body.revision]).toEqual([false, 2]);
    expect((await asOwner.entries()).map(({ detail }) => detail.action)).toEqual(['reopen', 'complete']);
  });

  it('is one of an active member’s only', async () => {
    expect(outcomeOf(await moveFor({ subject: newSubject() }, profile))).toEqual([404, 'member_not_found']);
    await removeMember(service, tenantId, member.subject);
    expect(outcomeOf(await moveFor(member, profile))).toEqual([404, 'member_not_found']);
  });

  it('is made by an operator of the platform, too, and by nobody else', async () => {
    expect((await moveFor(member, profile, {}, { as: service.operator() })).status).toBe(200);
    expect((await asOwner.entries())[0]).toMatchObject({ actor: 'operator@clients', detail: { as: 'platform' } });
    expect(outcomeOf(await moveFor(member, profile, {}, { as: member }))).toEqual([403, 'forbidden']);
    expect(outcomeOf(await moveFor(member, profile, {}, { as: service.person() }))).toEqual([404, 'tenant_not_found']);
  });

  it('is judged against the person’s own moves at the same time, each applied once', async () => {
    const own = Array.from({ length: 5 }, () => member.move(profile, key(), 'member_tour'));
    const others = Array.from({ length: 5 }, () => moveFor(member, profile, key()));
    const answers = await Promise.all([...own, ...others]);
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(answers.filter(({ body }) => body.applied).length).toBe(1);
    expect((await member.view('member_tour')).body.revision).toBe(1);
  });
});

import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { key, type Api } from '../support/api.js';
import { TestService } from '../support/service.js';
import { addMember, createTenant } from '../support/tenants.js';
import { BUSINESS, choosePlan, PROFESSIONAL, statusesOf, stepOf, tellBusiness } from '../support/workspace.js';

let service: TestService;
let payments: Api;

beforeAll(async () => {
  service = await TestService.start();
  payments = await service.payments();
});
afterAll(() => service.stop());

const rowsOf = (subject: string) =>
  service.sql(
    `SELECT p.flow_key, p.subject, p.revision FROM foothold.onboarding_progress p
     JOIN foothold.member m USING (tenant_id) WHERE m.subject = $1 ORDER BY p.flow_key, p.subject`,
    [subject],
  );

/** When it was answered is the one thing that differs between two answers about the same record. */
const withoutTime = ({ asOf: _, ...view }: Record<string, unknown>): unknown => view;

test('S02: a clean device resumes at payment with the same steps, business data and plan', async () => {
  const deviceA = service.person();
  const seenOnA = await choosePlan(deviceA);
  const deviceB = service.person(deviceA.subject, { iss: `${service.standIn.customDomain}/` });
  const { status, body } = await deviceB.view();
  expect(status).toBe(200);
  expect(body.currentStep).toBe('payment');
  expect(statusesOf(body)).toEqual({
    business_info: 'completed',
    subscription: 'completed',
    payment: 'pending',
    setup: 'pending',
  });
  expect(stepOf(body, 'business_info').data).toEqual(BUSINESS);
  expect(stepOf(body, 'subscription').data).toEqual(PROFESSIONAL);
  const { applied: _, ...confirmed } = seenOnA;
  expect(withoutTime(body)).toEqual(withoutTime(confirmed));
});

test('S06: a first read finds one new record at the first step', async () => {
  const person = service.person();
  const [workspace, tour] = [await person.view(), await person.view('member_tour')];
  expect([workspace.status, tour.status]).toEqual([200, 200]);
  expect(workspace.body).toMatchObject({ status: 'not_started', currentStep: 'business_info', revision: 0 });
  expect(tour.body).toMatchObject({ status: 'not_started', currentStep: 'profile', revision: 0 });
  expect((await person.view()).status).toBe(200);
  expect(await rowsOf(person.subject)).toEqual([
    { flow_key: 'member_tour', subject: person.subject, revision: 0 },
    { flow_key: 'workspace', subject: '', revision: 0 },
  ]);
});

test('S06: a first write makes the record that it moves, and nothing else', async () => {
  const person = service.person();
  const { status, body } = await person.move({ step: 'profile', action: 'complete' }, {}, 'member_tour');
  expect(status).toBe(200);
  expect(body).toMatchObject({ applied: true, revision: 1 });
  expect(await rowsOf(person.subject)).toEqual([{ flow_key: 'member_tour', subject: person.subject, revision: 1 }]);
});

test('S10: right after a completion every gate reads the same record, whoever asks and however', async () => {
  const [ada, grace] = [service.person(), service.person()];
  await createTenant(service, { members: { [ada.subject]: 'owner', [grace.subject]: 'admin' } });
  const elsewhere = await service.startAnother();
  // Whatever a process remembers of them from now on must not answer later.
  await Promise.all([ada.view(), grace.view(), grace.at(elsewhere).view()]);
  await choosePlan(ada, { plan: 'free' });
  const { body: me } = await ada.me();
  expect((await payments.attest(me.tenant.id, { step: 'setup' })).body).toMatchObject({ applied: true });
  const asked = Array.from({ length: 20 }, (_, n) =>
    [ada, grace, service.person(ada.subject), ada.at(elsewhere), grace.at(elsewhere)][n % 5]!.view(),
  );
  for (const { body } of await Promise.all(asked)) {
    expect(body).toMatchObject({ isComplete: true, status: 'completed', revision: 3, source: 'database' });
  }
  const { body: list } = await grace.get('/v1/onboarding');
  expect(list.items[0]).toMatchObject({ flow: { key: 'workspace' }, status: 'completed', revision: 3 });
});

test('S11: whatever is called in whatever order, no record is both complete and incomplete', async () => {
  const STEPS = ['business_info', 'subscription', 'payment', 'setup', 'nonsense'];
  const call = fc.record({
    step: fc.constantFrom(...STEPS),
    action: fc.constantFrom('start', 'save', 'complete', 'skip', 'reopen', 'attest', 'fail'),
    plan: fc.constantFrom('free', 'professional'),
  });
  const perform = ({ step, action, plan }: { step: string; action: string; plan: string }, person: Api, id: string) => {
    if (action === 'attest') return payments.attest(id, { step });
    if (action === 'fail') return payments.attest(id, { step, outcome: 'failed', message: 'declined' });
    const data = step === 'business_info' ? BUSINESS : step === 'subscription' ? { plan } : undefined;
    const takesData = action === 'save' || action === 'complete';
    return person.move({ step, action, ...(takesData && data && { data }) });
  };
  let completed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 15, maxLength: 25 }), async (calls) => {
      const person = service.person();
      const view = await choosePlan(person, { plan: 'free' });
      for (const one of calls) {
        expect((await perform(one, person, view.tenantId)).status).toBeLessThan(500);
        const { body } = await person.view();
        const { status, isComplete, completedAt, currentStep, progress, steps } = body;
        const open = steps.filter(({ status: each }: any) => ['pending', 'in_progress'].includes(each));
        expect(isComplete).toBe(open.length === 0);
        expect(isComplete).toBe(status === 'completed');
        expect(isComplete).toBe(completedAt !== null);
        expect(isComplete).toBe(progress.done === progress.total);
        expect(isComplete).toBe(progress.percent === 100);
        expect(isComplete && currentStep !== null).toBe(false);
        for (const step of steps)
          expect(step.completedAt !== null).toBe(['completed', 'skipped'].includes(step.status));
        completed += isComplete ? 1 : 0;
      }
    }),
    { numRuns: 8, seed: 11 },
  );
  // Otherwise only half of the sentence was tried.
  expect(completed).toBeGreaterThan(0);
});

test.each(['business-info', 'BUSINESS_INFO', 'businessInfo', 'Business Info'])(
  'S14: the step "%s" is stored and returned by its canonical key',
  async (step) => {
    const person = service.person();
    const { status, body } = await person.move({ step, action: 'complete', data: BUSINESS });
    expect(status).toBe(200);
    expect(statusesOf(body)['business_info']).toBe('completed');
    const [stored] = await service.sql(
      `SELECT p.steps, p.data, h.step, h.effects FROM foothold.onboarding_progress p
       JOIN foothold.onboarding_history h USING (tenant_id, flow_key, subject) WHERE tenant_id = $1`,
      [body.tenantId],
    );
    expect(Object.keys(stored.steps)).toEqual(['business_info']);
    expect(Object.keys(stored.data)).toEqual(['business_info']);
    expect([stored.step, ...stored.effects.map((effect: any) => effect.step)]).toEqual(
      Array(stored.effects.length + 1).fill('business_info'),
    );
  },
);

test.each(['Complete', 'COMPLETE', 'finish', '', null, true])(
  'S14: the action %p is refused with 422',
  async (action) => {
    const person = service.person();
    const { status, body } = await person.move({ step: 'business_info', action: action as string, data: BUSINESS });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'invalid_request', errors: [{ path: '/action' }] });
    expect((await person.view()).body.revision).toBe(0);
  },
);

test('S14: an unknown step is 409, with what would be allowed', async () => {
  const person = service.person();
  const { status, body } = await person.move({ step: 'business_infos', action: 'complete', data: BUSINESS });
  expect(status).toBe(409);
  expect(body).toMatchObject({ code: 'transition_rejected', reason: 'unknown_step', current: { revision: 0 } });
  expect(body.allowed).toEqual(body.current.allowed);
  expect(body.allowed).toContainEqual({ step: 'business_info', action: 'complete' });
});

test('S23: a token from before step one decides step two by the stored record, not by what it says', async () => {
  const subject = service.person().subject;
  const hourAgo = Math.floor(Date.now() / 1000) - 3600;
  const claims = {
    iat: hourAgo,
    exp: hourAgo + 2 * 3600,
    'https://foothold/onboarding': { workspace: { status: 'not_started', currentStep: 'business_info', revision: 0 } },
    'https://foothold/role': 'member',
  };
  const old = service.person(subject, claims);
  await tellBusiness(service.person(subject));
  const { status, body } = await old.move({ step: 'subscription', action: 'complete', data: PROFESSIONAL });
  expect(status).toBe(200);
  expect(body).toMatchObject({ applied: true, currentStep: 'payment', revision: 2 });
});

test('S23: a role that changed since the token was issued counts at once', async () => {
  const alan = service.person();
  const tenantId = await createTenant(service);
  await addMember(service, tenantId, alan.subject, 'member');
  const refused = await alan.move({ step: 'business_info', action: 'complete', data: BUSINESS });
  expect(refused.body).toMatchObject({ status: 409, reason: 'role_required' });
  await service.sql(`UPDATE foothold.member SET role = 'admin' WHERE tenant_id = $1`, [tenantId]);
  expect((await alan.move({ step: 'business_info', action: 'complete', data: BUSINESS })).status).toBe(200);
});

test('S25: with only business_info done nothing that repairs, retries or redirects makes it complete', async () => {
  const person = service.person();
  const command = { step: 'business_info', action: 'complete', data: BUSINESS };
  const again = key(randomUUID());
  await person.move(command, again);
  const answers = [
    await person.move(command, again),
    await person.move(command, key()),
    await person.move(command, { 'if-match': '*' }),
    await person.move({ step: 'business_info', action: 'save', data: { industry: 'Toys' } }),
    await person.view(),
    await person.view('workspace', { 'if-none-match': '"0-a"' }),
  ];
  for (const { status, body } of answers) expect([status, body.isComplete]).toEqual([200, false]);
  const refused = [
    await person.move({ step: 'setup', action: 'complete' }),
    await person.move({ step: 'payment', action: 'skip' }),
    await person.move({ step: 'subscription', action: 'skip' }),
  ];
  for (const { status, body } of refused) expect([status, body.current.isComplete]).toEqual([409, false]);
  expect((await person.get('/v1/onboarding')).body.items[0]).toMatchObject({ status: 'in_progress' });
  expect((await person.view()).body).toMatchObject({
    isComplete: false,
    currentStep: 'subscription',
    completedAt: null,
  });
});

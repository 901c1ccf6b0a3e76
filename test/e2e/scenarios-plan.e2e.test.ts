import type { Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { TestService } from '../support/service.js';
import { addMember, createTenant } from '../support/tenants.js';
import { choosePlan, PROFESSIONAL, statusesOf, stepOf, tellBusiness } from '../support/workspace.js';

let service: TestService;
let payments: Api;

beforeAll(async () => {
  service = await TestService.start();
  payments = await service.payments();
});
afterAll(() => service.stop());

const planOf = (view: any) => stepOf(view, 'subscription').data;

test.each([
  ['completes the step again without data', { step: 'subscription', action: 'complete' }],
  ['saves nothing', { step: 'subscription', action: 'save', data: {} }],
  ['starts it', { step: 'subscription', action: 'start' }],
  ['saves another step', { step: 'business_info', action: 'save', data: { industry: 'Toys' } }],
])('S19: a chosen plan is kept when a later call %s', async (_, move) => {
  const person = service.person();
  await choosePlan(person);
  expect((await person.move(move)).status).toBe(200);
  expect(planOf((await person.view()).body)).toEqual(PROFESSIONAL);
});

test('S19: a chosen plan is kept when a later call completes it again with a default, which is refused', async () => {
  const person = service.person();
  await choosePlan(person);
  const { status, body } = await person.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } });
  expect([status, body.reason, planOf(body.current)]).toEqual([409, 'step_resolved', PROFESSIONAL]);
  expect(planOf((await person.view()).body)).toEqual(PROFESSIONAL);
});

test('S19: a later call that changes one field keeps the others', async () => {
  const person = service.person();
  await choosePlan(person);
  const { body } = await person.move({ step: 'subscription', action: 'save', data: { plan: 'enterprise' } });
  expect(planOf(body)).toEqual({ plan: 'enterprise', billingCycle: 'six_monthly' });
});

test('S24: on the free plan payment does not apply and completion is reachable', async () => {
  const person = service.person();
  const view = await choosePlan(person, { plan: 'free' });
  expect(stepOf(view, 'payment').status).toBe('not_applicable');
  expect(view).toMatchObject({ currentStep: 'setup', progress: { done: 2, total: 3, percent: 66 } });
  const attested = await payments.attest(view.tenantId, { step: 'setup' });
  expect([attested.status, attested.body.applied]).toEqual([200, true]);
  const { body } = await person.view();
  expect(body).toMatchObject({ isComplete: true, status: 'completed', progress: { done: 3, total: 3, percent: 100 } });
});

test('S24: on a paid plan the same request is refused until payment is attested', async () => {
  const person = service.person();
  const { tenantId } = await choosePlan(person);
  const early = await payments.attest(tenantId, { step: 'setup' });
  expect([early.status, early.body]).toMatchObject([202, { applied: false, deferred: true }]);
  expect((await person.view()).body).toMatchObject({ isComplete: false, currentStep: 'payment' });
  expect((await payments.attest(tenantId, { step: 'payment' })).status).toBe(200);
  expect((await person.view()).body).toMatchObject({ isComplete: true, currentStep: null });
});

test('S26: a tenant that exists but has not paid is at payment', async () => {
  const person = service.person();
  const { tenantId } = await choosePlan(person);
  const { body: me } = await person.me();
  expect(me.tenant).toMatchObject({ id: tenantId, status: 'active' });
  expect((await person.view()).body).toMatchObject({ currentStep: 'payment', isComplete: false });
});

test('S26: that a tenant exists does not move its onboarding', async () => {
  const owner = service.person();
  await createTenant(service, { members: { [owner.subject]: 'owner' } });
  expect((await owner.view()).body).toMatchObject({
    status: 'not_started',
    currentStep: 'business_info',
    isComplete: false,
    revision: 0,
  });
});

describe('S28: an ordinary member of an unpaid tenant who claims the payment', () => {
  let owner: Api;
  let member: Api;
  let tenantId: string;
  beforeEach(async () => {
    [owner, member] = [service.person(), service.person()];
    ({ tenantId } = await choosePlan(owner));
    await addMember(service, tenantId, member.subject, 'member');
  });

  const auditOf = () =>
    service.sql('SELECT actor, action, detail FROM foothold.audit WHERE tenant_id = $1', [tenantId]);

  test.each(['complete', 'skip'])('is refused (%s), audited, and changes nothing', async (action) => {
    const { body: before } = await owner.view();
    const { status, body } = await member.move({ step: 'payment', action });
    expect(status).toBe(409);
    expect(body).toMatchObject({ code: 'transition_rejected', reason: 'attestation_required' });
    expect(stepOf(body.current, 'payment').status).toBe('pending');
    await eventually(async () => (await auditOf()).length > 0);
    expect(await auditOf()).toEqual([
      { actor: member.subject, action: 'attestation_claimed', detail: { flow: 'workspace', step: 'payment', action } },
    ]);
    const { body: after } = await owner.view();
    expect({ ...after, asOf: before.asOf }).toEqual(before);
  });

  test('cannot say that it is verified', async () => {
    const path = '/v1/onboarding/workspace/transitions';
    const { status, body } = await member.post(path, { step: 'payment', action: 'complete', verified: true });
    expect(status).toBe(422);
    expect(body.errors).toEqual([{ path: '/verified', message: expect.any(String) }]);
    expect((await owner.view()).body).toMatchObject({ currentStep: 'payment', revision: 2 });
  });
});

test('S30: with payment attested and setup still running, the person sees setup in progress', async () => {
  const person = service.person();
  const { tenantId } = await choosePlan(person);
  await payments.attest(tenantId, { step: 'payment' });
  const { body } = await person.move({ step: 'setup', action: 'start' });
  expect(stepOf(body, 'setup').status).toBe('in_progress');
  const { body: seen } = await person.view();
  expect(seen).toMatchObject({
    status: 'in_progress',
    isComplete: false,
    currentStep: 'setup',
    progress: { done: 3, total: 4, percent: 75 },
  });
  expect(statusesOf(seen)).toMatchObject({ business_info: 'completed', payment: 'completed', setup: 'in_progress' });
});

test('S30: without anybody starting it, setup is the step to do next', async () => {
  const person = service.person();
  const { tenantId } = await choosePlan(person);
  await payments.attest(tenantId, { step: 'payment' });
  expect((await person.view()).body).toMatchObject({ currentStep: 'setup', isComplete: false, status: 'in_progress' });
});

const FORGED = { paymentId: 'pi_forged', status: 'succeeded' };

test.each([
  ['saved on payment', { step: 'payment', action: 'save', data: FORGED }, 422],
  ['completed with', { step: 'payment', action: 'complete', data: FORGED }, 409],
  ['saved on the plan', { step: 'subscription', action: 'save', data: FORGED }, 422],
  ['saved on the business', { step: 'business_info', action: 'save', data: FORGED }, 422],
  ['saved on setup', { step: 'setup', action: 'save', data: FORGED }, 409],
])('S31: a forged payment id %s does not pay', async (_, move, expected) => {
  const person = service.person();
  await choosePlan(person);
  expect((await person.move(move)).status).toBe(expected);
  const { body } = await person.view();
  expect(stepOf(body, 'payment')).toMatchObject({ status: 'pending', attestation: null, data: {} });
  expect(JSON.stringify(body)).not.toContain(FORGED.paymentId);
  expect(body.revision).toBe(2);
});

test('S37: a person without a tenant sends none and takes the one that the service returns', async () => {
  const person = service.person();
  const { status, body } = await person.view();
  expect(status).toBe(200);
  const named = person.inTenant(body.tenantId);
  expect((await named.view()).body.tenantId).toBe(body.tenantId);
  expect((await tellBusiness(named)).tenantId).toBe(body.tenantId);
});

test.each(['undefined', 'null', '', '0', 'acme', '00000000-0000-0000-0000-00000000000', 'x'.repeat(36)])(
  'S37: the malformed tenant id "%s" is 422 and makes nothing',
  async (tenantId) => {
    const person = service.person();
    const { status, body } = await person.inTenant(tenantId).view();
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'invalid_request', errors: [{ path: 'X-Tenant-Id' }] });
    expect(await service.sql('SELECT FROM foothold.membership WHERE subject = $1', [person.subject])).toEqual([]);
  },
);

const FIRST_CALLS: Record<string, (person: Api) => Promise<{ status: number }>> = {
  'GET /v1/me': (person) => person.me(),
  'GET /v1/onboarding': (person) => person.get('/v1/onboarding'),
  'GET a tenant flow': (person) => person.view('workspace'),
  'GET a member flow': (person) => person.view('member_tour'),
  'POST a tenant step': (person) => person.move({ step: 'business_info', action: 'start' }),
  'POST a member step': (person) => person.move({ step: 'profile', action: 'start' }, {}, 'member_tour'),
  'GET history': (person) => person.history(),
};

test.each(Object.keys(FIRST_CALLS))('S42: for a person with no tenant, %s works as their first call', async (call) => {
  const person = service.person();
  expect((await FIRST_CALLS[call]!(person)).status).toBe(200);
  for (const next of Object.values(FIRST_CALLS)) expect((await next(person)).status).toBe(200);
  const { body } = await person.me();
  expect(body).toMatchObject({ tenant: { status: 'draft', role: 'owner' }, tenants: [{ id: body.tenant.id }] });
  expect(body.tenants).toHaveLength(1);
});

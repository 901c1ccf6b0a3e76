import { randomUUID } from 'node:crypto';
import type { Api, AttestationBody } from '../support/api.js';
import { createAppWith, launch } from '../support/flows.js';
import { TestService } from '../support/service.js';
import { addMember, createTenant } from '../support/tenants.js';
import { choosePlan, PROFESSIONAL, stepOf, tellBusiness } from '../support/workspace.js';
import { workspace } from '../../src/flow-catalog/flows/workspace.flow.js';

let service: TestService;
let payments: Api;
let person: Api;
let tenantId: string;

beforeAll(async () => {
  service = await TestService.start({ create: createAppWith(workspace, launch, { ...launch, version: 2 }) });
  payments = await service.payments();
});
afterAll(() => service.stop());
beforeEach(async () => {
  person = service.person();
  ({ tenantId } = await choosePlan(person));
});

const attest = (body: AttestationBody) => payments.attest(tenantId, body);
const paymentNow = async () => stepOf((await person.view()).body, 'payment');
const change = (data: object) => person.move({ step: 'subscription', action: 'save', data: { ...data } });
const eventsStored = () =>
  service.sql('SELECT event_id, outcome FROM foothold.attestation WHERE tenant_id = $1 ORDER BY recorded_at', [
    tenantId,
  ]);
const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString();

test('a success completes its step, and says when it happened', async () => {
  const answer = await attest({ step: 'payment', occurredAt: '2026-01-31T12:00:00+01:00' });
  expect(answer).toMatchObject({ status: 200, body: { applied: true, deferred: false, revision: 3 } });
  expect(await paymentNow()).toMatchObject({
    status: 'completed',
    completedBy: payments.subject,
    attestation: { outcome: 'succeeded', message: null, occurredAt: '2026-01-31T11:00:00.000Z' },
  });
  expect((await person.history('?limit=1')).body.items).toMatchObject([
    { part: 'tenant', action: 'attest', step: 'payment', actor: payments.subject, actorKind: 'system', revision: 3 },
  ]);
});

test.each(['payment', 'PAYMENT', 'Payment'])('the step may be written %s', async (step) => {
  expect((await attest({ step })).status).toBe(200);
  expect((await paymentNow()).status).toBe('completed');
});

test('the same event again is answered the same and applied once', async () => {
  const event = { step: 'payment', eventId: 'evt_1' };
  const answers = [await attest(event), await attest(event), await attest(event)];
  expect(answers.map(({ status, body }) => [status, body])).toEqual(
    Array(3).fill([200, { applied: true, deferred: false, revision: 3 }]),
  );
  expect((await person.history()).body.items).toHaveLength(3);
  expect(await eventsStored()).toHaveLength(1);
});

test('the same event sent 20 times at once is applied once', async () => {
  const event = { step: 'payment', eventId: 'evt_1', occurredAt: at(1) };
  const answers = await Promise.all(Array.from({ length: 20 }, () => attest(event)));
  for (const answer of answers) expect(answer).toMatchObject({ status: 200, body: { applied: true, revision: 3 } });
  expect(await eventsStored()).toHaveLength(1);
});

test.each<[string, AttestationBody]>([
  ['step', { step: 'setup' }],
  ['outcome', { step: 'payment', outcome: 'failed' }],
])(
  'an event id that comes again with another %s is refused, because one of the two would be lost',
  async (_, other) => {
    await attest({ step: 'payment', eventId: 'evt_1' });
    const { status, body } = await attest({ ...other, eventId: 'evt_1' });
    expect([status, body.errors]).toMatchObject([422, [{ path: '/eventId' }]]);
    expect(await eventsStored()).toEqual([{ event_id: 'evt_1', outcome: 'succeeded' }]);
  },
);

test('a second success for the same values is stored and changes nothing', async () => {
  await attest({ step: 'payment' });
  expect(await attest({ step: 'payment' })).toMatchObject({ status: 200, body: { applied: false, revision: 3 } });
  expect(await eventsStored()).toHaveLength(2);
});

describe('an event that comes before its step can be done', () => {
  beforeEach(async () => {
    person = service.person();
    ({ tenantId } = await tellBusiness(person));
  });

  test('is 202 deferred, then counts as soon as the plan is chosen', async () => {
    const event = { step: 'payment', eventId: 'evt_early' };
    expect(await attest(event)).toMatchObject({ status: 202, body: { applied: false, deferred: true } });
    expect(await paymentNow()).toMatchObject({ status: 'pending', attestation: null });
    expect(await attest(event)).toMatchObject({ status: 202, body: { applied: false, deferred: true } });
    await person.move({ step: 'subscription', action: 'complete', data: PROFESSIONAL });
    expect(await paymentNow()).toMatchObject({ status: 'completed', attestation: { outcome: 'succeeded' } });
    expect(await attest(event)).toMatchObject({ status: 200, body: { applied: true, deferred: false } });
  });

  test('counts only for the first values that are chosen', async () => {
    await attest({ step: 'payment' });
    await person.move({ step: 'subscription', action: 'complete', data: PROFESSIONAL });
    await change({ plan: 'enterprise' });
    expect((await paymentNow()).status).toBe('pending');
  });

  test('counts only for the values that it names', async () => {
    await attest({ step: 'payment', data: { plan: 'enterprise', billingCycle: 'yearly' } });
    await person.move({ step: 'subscription', action: 'complete', data: PROFESSIONAL });
    expect((await paymentNow()).status).toBe('pending');
    await change({ plan: 'enterprise', billingCycle: 'yearly' });
    expect((await paymentNow()).status).toBe('completed');
  });

  test('of a step that requires it waits for that one', async () => {
    expect((await attest({ step: 'setup' })).status).toBe(202);
    await person.move({ step: 'subscription', action: 'complete', data: PROFESSIONAL });
    expect((await attest({ step: 'payment' })).status).toBe(200);
    expect((await person.view()).body).toMatchObject({ isComplete: true });
  });
});

describe('a failure', () => {
  test('is shown with its message, completes nothing, and is followed by a success', async () => {
    const failed = await attest({ step: 'payment', outcome: 'failed', message: 'Card declined', occurredAt: at(1) });
    expect(failed).toMatchObject({ status: 200, body: { applied: true, deferred: false, revision: 3 } });
    expect(await paymentNow()).toMatchObject({
      status: 'pending',
      attestation: { outcome: 'failed', message: 'Card declined', occurredAt: at(1) },
    });
    expect((await person.view()).body).toMatchObject({ currentStep: 'payment', isComplete: false });
    await attest({ step: 'payment', occurredAt: at(2) });
    expect(await paymentNow()).toMatchObject({ status: 'completed', attestation: { outcome: 'succeeded' } });
  });

  test.each<[string, AttestationBody]>([
    ['older', { step: 'payment', outcome: 'failed', occurredAt: at(0) }],
    ['newer', { step: 'payment', outcome: 'failed', occurredAt: at(9) }],
  ])('that is %s than the success is stored and moves nothing back', async (_, failure) => {
    await attest({ step: 'payment', occurredAt: at(5) });
    expect(await attest(failure)).toMatchObject({
      status: 200,
      body: { applied: false, deferred: false, revision: 3 },
    });
    expect(await paymentNow()).toMatchObject({ status: 'completed', attestation: { outcome: 'succeeded' } });
    expect(await eventsStored()).toHaveLength(2);
  });

  test('C05: that is received last is shown, whatever its sender’s clock says', async () => {
    await attest({ step: 'payment', outcome: 'failed', message: 'first', occurredAt: at(5) });
    await attest({ step: 'payment', outcome: 'failed', message: 'second', occurredAt: at(1) });
    expect((await paymentNow()).attestation).toMatchObject({ message: 'second', occurredAt: at(1) });
  });
});

describe('a success counts for the values that it was given for', () => {
  test('and no longer when the plan changes, until it returns', async () => {
    await attest({ step: 'payment' });
    expect((await paymentNow()).status).toBe('completed');
    expect(stepOf((await change({ plan: 'enterprise' })).body, 'payment').status).toBe('pending');
    expect((await person.view()).body).toMatchObject({ currentStep: 'payment', isComplete: false });
    expect(stepOf((await change({ plan: 'professional' })).body, 'payment').status).toBe('completed');
  });

  test('also of the billing cycle', async () => {
    await attest({ step: 'payment' });
    expect(stepOf((await change({ billingCycle: 'yearly' })).body, 'payment').status).toBe('pending');
  });

  test('and is 202 when those are not the chosen ones', async () => {
    const other = { ...PROFESSIONAL, plan: 'enterprise' };
    expect(await attest({ step: 'payment', data: other })).toMatchObject({ status: 202, body: { applied: false } });
    expect((await paymentNow()).status).toBe('pending');
    expect((await attest({ step: 'payment', data: PROFESSIONAL })).status).toBe(200);
    expect((await paymentNow()).status).toBe('completed');
  });
});

describe('the attestation of a member’s step', () => {
  const certify = (body: object) => payments.attest(tenantId, { step: 'certificate', ...body }, 'launch');

  test('opens the part of whoever was never here with the version that the tenant is judged by', async () => {
    const newcomer = service.person();
    await addMember(service, tenantId, newcomer.subject, 'member');
    await person.view('launch');
    await service.sql(`UPDATE foothold.onboarding_progress SET flow_version = 1 WHERE tenant_id = $1`, [tenantId]);
    expect((await certify({ subject: newcomer.subject })).status).toBe(202);
    expect(
      await service.sql(
        `SELECT flow_version FROM foothold.onboarding_progress WHERE tenant_id = $1 AND subject = $2 AND flow_key = 'launch'`,
        [tenantId, newcomer.subject],
      ),
    ).toEqual([{ flow_version: 1 }]);
  });

  test('completes it for that member only', async () => {
    const colleague = service.person();
    await addMember(service, tenantId, colleague.subject, 'member');
    await person.move({ step: 'policy', action: 'complete' }, {}, 'launch');
    for (const api of [person, colleague]) await api.move({ step: 'training', action: 'complete' }, {}, 'launch');
    const answer = await certify({ subject: colleague.subject });
    expect(answer).toMatchObject({ status: 200, body: { applied: true, deferred: false, revision: 2 } });
    expect((await colleague.view('launch')).body.isComplete).toBe(true);
    expect((await person.view('launch')).body.isComplete).toBe(false);
  });

  test.each([undefined, 'auth0|stranger'])('of %s is 422', async (subject) => {
    const { status, body } = await certify({ subject });
    expect([status, body.errors[0].path]).toEqual([422, '/subject']);
  });
});

describe('an attestation is refused', () => {
  test.each<[string, object, string]>([
    ['of a step that is not attested', { step: 'business_info' }, '/step'],
    ['with an unknown outcome', { step: 'payment', outcome: 'maybe' }, '/outcome'],
    ['without an event id', { step: 'payment', eventId: undefined }, '/eventId'],
    ['with an event id with a space', { step: 'payment', eventId: 'evt 1' }, '/eventId'],
    ['without a time', { step: 'payment', occurredAt: undefined }, '/occurredAt'],
    ['with a time that is none', { step: 'payment', occurredAt: '2026-W01-1' }, '/occurredAt'],
    ['with a message that is too long', { step: 'payment', message: 'x'.repeat(501) }, '/message'],
    ['with an unknown field', { step: 'payment', amount: 1 }, '/amount'],
  ])('%s: 422', async (_, body, path) => {
    const answer = await attest(body as AttestationBody);
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
    expect(answer.body.errors.map((error: any) => error.path)).toContain(path);
    expect(await eventsStored()).toEqual([]);
  });

  test('of an unknown step: 409', async () => {
    expect(await attest({ step: 'nothing' })).toMatchObject({ status: 409, body: { reason: 'unknown_step' } });
  });

  test('in an unknown flow: 404', async () => {
    const answer = await payments.attest(tenantId, { step: 'payment' }, 'nothing');
    expect(answer).toMatchObject({ status: 404, body: { code: 'unknown_flow' } });
  });

  test('of a tenant that does not exist: 404, of a malformed one: 422', async () => {
    const unknown = await payments.attest(randomUUID(), { step: 'payment' });
    expect(unknown).toMatchObject({ status: 404, body: { code: 'tenant_not_found' } });
    const malformed = await payments.attest('acme', { step: 'payment' });
    const message = 'expected a tenant id, which is a UUID';
    expect(malformed).toMatchObject({ status: 422, body: { errors: [{ path: 'tenantId', message }] } });
  });

  test('from the owner of the tenant: 403', async () => {
    expect(await person.attest(tenantId, { step: 'payment' })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    expect((await paymentNow()).status).toBe('pending');
  });

  test('from an operator without the permission: 403', async () => {
    const operator = service.person('operator@clients', { permissions: ['platform:admin'] });
    expect((await operator.attest(tenantId, { step: 'payment' })).status).toBe(403);
    expect(await eventsStored()).toEqual([]);
  });
});

test('an attestation for a tenant on which nobody has looked yet is kept', async () => {
  const owner = service.person();
  const fresh = await createTenant(service, { members: { [owner.subject]: 'owner' } });
  expect((await payments.attest(fresh, { step: 'payment' })).status).toBe(202);
  await choosePlan(owner);
  expect(stepOf((await owner.view()).body, 'payment').status).toBe('completed');
});

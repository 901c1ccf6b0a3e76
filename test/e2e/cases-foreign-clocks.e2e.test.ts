import type { Api, AttestationBody } from '../support/api.js';
import { allItems } from '../support/administration.js';
import { TestService } from '../support/service.js';
import { verified } from '../support/verified.js';
import { choosePlan, stepOf } from '../support/workspace.js';

let service: TestService;
let payments: Api;
let person: Api;
let tenantId: string;

beforeAll(async () => {
  service = await TestService.start();
  payments = await service.payments();
});
afterAll(() => service.stop());
beforeEach(async () => {
  person = service.person();
  ({ tenantId } = await choosePlan(person));
});

const at = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();
const fail = (message: string, seconds: number, more: Partial<AttestationBody> = {}) =>
  payments.attest(tenantId, { step: 'payment', outcome: 'failed', message, occurredAt: at(seconds), ...more });
const start = () => person.move({ step: 'payment', action: 'start' });
const seen = async (): Promise<{ shown: string | null; canStart: boolean; isDue: boolean }> => {
  const { body } = await person.view();
  const due = await allItems((query) => payments.get(`/v1/flows/workspace/due-steps${query}&step=payment`), 200);
  return {
    shown: stepOf(body, 'payment').attestation?.message ?? null,
    canStart: body.allowed.some((move: any) => move.step === 'payment' && move.action === 'start'),
    isDue: due.some((item) => item.tenantId === tenantId),
  };
};

test('C05: a second failure is shown after a retry, though the first one’s clock was 90 s ahead', async () => {
  expect((await fail('first', 90, { eventId: 'evt_1' })).body).toMatchObject({ applied: true });
  expect(await seen()).toEqual({ shown: 'first', canStart: true, isDue: false });
  expect((await start()).body.applied).toBe(true);
  expect(await seen()).toEqual({ shown: 'first', canStart: false, isDue: true });
  expect((await fail('second', 0, { eventId: 'evt_2' })).body).toMatchObject({ applied: true, deferred: false });
  expect(await seen()).toEqual({ shown: 'second', canStart: true, isDue: false });

  // Delivered again, the first one is not news, though the progress keeps the second one only.
  expect((await start()).body.applied).toBe(true);
  const again = await fail('first', 90, { eventId: 'evt_1' });
  expect(again).toMatchObject({ status: 200, body: { applied: true } });
  expect(await seen()).toEqual({ shown: 'second', canStart: false, isDue: true });

  expect((await payments.attest(tenantId, { step: 'payment', occurredAt: at(-3600) })).body.applied).toBe(true);
  expect((await fail('too late', 3600)).body).toMatchObject({ applied: false, deferred: false });
  expect(stepOf((await person.view()).body, 'payment')).toMatchObject({
    status: 'completed',
    attestation: { outcome: 'succeeded' },
  });
  expect((await verified(service.database.appUrl)).findings).toEqual([]);
});

test('C05: a failure for another plan hides nothing, and is shown when that plan is chosen', async () => {
  const ENTERPRISE = { plan: 'enterprise', billingCycle: 'yearly' };
  const choose = (data: object) => person.move({ step: 'subscription', action: 'save', data: { ...data } });
  await fail('professional declined', 0);
  expect((await fail('enterprise declined', -60, { data: ENTERPRISE })).body).toMatchObject({ applied: true });
  expect(await seen()).toEqual({ shown: 'professional declined', canStart: true, isDue: false });

  await choose(ENTERPRISE);
  expect(await seen()).toEqual({ shown: 'enterprise declined', canStart: true, isDue: false });
  await payments.attest(tenantId, { step: 'payment' });
  await fail('professional declined again', -120, { data: { plan: 'professional', billingCycle: 'six_monthly' } });
  expect(stepOf((await person.view()).body, 'payment').status).toBe('completed');

  await choose({ plan: 'professional', billingCycle: 'six_monthly' });
  expect(await seen()).toEqual({ shown: 'professional declined again', canStart: true, isDue: false });
  expect((await verified(service.database.appUrl)).findings).toEqual([]);
});

import { randomUUID } from 'node:crypto';
import type { Api } from '../support/api.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import type { TestService } from '../support/service.js';
import { addMember } from '../support/tenants.js';
import { verified } from '../support/verified.js';
import { choosePlan, statusesOf, stepOf } from '../support/workspace.js';

let lab: MirrorLab;
let service: TestService;
let payments: Api;
let owner: Api;
let tenantId: string;

beforeAll(async () => {
  lab = await mirrorLab();
  ({ service } = lab);
  payments = await service.payments();
});
afterAll(() => lab.close());
beforeEach(async () => {
  owner = lab.person();
  ({ tenantId } = await choosePlan(owner));
});
afterEach(async () => expect((await verified(service.database.appUrl)).findings).toEqual([]));

const paid = (eventId: string, more: object = {}) => payments.attest(tenantId, { step: 'payment', eventId, ...more });
const refunded = (revokes: string, eventId: string = randomUUID()) =>
  payments.attest(tenantId, { step: 'payment', eventId, outcome: 'revoked', revokes });
const payment = async (): Promise<any> => stepOf((await owner.view()).body, 'payment');
const restore = (revision: number) =>
  owner.post(`/v1/tenants/${tenantId}/onboarding/workspace/restore`, { revision, reason: 'Try' });
const revision = async (): Promise<number> => (await owner.view()).body.revision;

describe('A01: what only a trusted system may say', () => {
  test('is not brought back by a tenant admin who restores the revision at which it counted', async () => {
    await paid('evt_1');
    const completedAt = await revision();
    expect((await refunded('evt_1')).body).toMatchObject({ applied: true, deferred: false });
    expect(await payment()).toMatchObject({ status: 'pending', attestation: null });
    const restored = await restore(completedAt);
    expect([restored.status, restored.body.applied]).toEqual([200, false]);
    expect((await payment()).status).toBe('pending');
  });

  test('is not taken back by a restore either, and counts for the values that it was given for', async () => {
    await paid('evt_1');
    await restore(0);
    expect((await payment()).status).toBe('pending');
    await choosePlan(owner);
    expect(await payment()).toMatchObject({ status: 'completed', attestation: { outcome: 'succeeded' } });
  });

  test('is not made by an operator who believes a mirror: the user is told to wait, and not to pay again', async () => {
    await paid('evt_1');
    await lab.untilMirrored();
    await service.sql('DELETE FROM foothold.tenant WHERE tenant_id = $1', [tenantId]);
    const lost = service.person(owner.subject);
    expect((await lost.view()).body.code).toBe('reconciliation_required');
    const [{ id }] = (await service.operator().get(`/v1/tenants/${tenantId}/cases`)).body.items;
    const resolution = { resolution: 'restore', reason: 'A lost backup' };
    const resolved = await service.operator().post(`/v1/tenants/${tenantId}/cases/${id}/resolve`, resolution);
    expect(resolved.status).toBe(200);
    expect(statusesOf((await lost.view()).body)).toMatchObject({ subscription: 'completed', payment: 'in_progress' });
    expect((await lost.move({ step: 'payment', action: 'start' })).body.applied).toBe(false);
    expect(await service.sql('SELECT FROM foothold.attestation WHERE tenant_id = $1', [tenantId])).toEqual([]);
    await owner.move({ step: 'subscription', action: 'save', data: { plan: 'professional', billingCycle: 'monthly' } });
    await paid('evt_1');
    expect((await payment()).status).toBe('completed');
  });
});

describe('A01: a success that is revoked', () => {
  test('opens its step again, which the user can start and pay', async () => {
    await owner.move({ step: 'payment', action: 'start' });
    await paid('evt_1');
    await refunded('evt_1');
    expect((await owner.view()).body.allowed).toContainEqual({ step: 'payment', action: 'start' });
    await paid('evt_2');
    expect((await payment()).status).toBe('completed');
  });

  test('never counts when the revocation came first, however often it is sent', async () => {
    expect(await refunded('evt_1')).toMatchObject({ status: 202, body: { applied: false, deferred: true } });
    for (let time = 0; time < 2; time += 1) {
      expect(await paid('evt_1')).toMatchObject({ status: 200, body: { applied: false, deferred: false } });
    }
    expect((await payment()).status).toBe('pending');
    expect(await paid('evt_2')).toMatchObject({ body: { applied: true } });
    expect((await payment()).status).toBe('completed');
  });

  test('is no other one: who paid twice and got one payment back has paid', async () => {
    await paid('evt_1');
    await paid('evt_2');
    await refunded('evt_1');
    expect((await payment()).status).toBe('completed');
    await refunded('evt_2');
    expect((await payment()).status).toBe('pending');
  });

  test('is revoked once, when the revocation is sent again or twenty times at once', async () => {
    await paid('evt_1');
    const answers = await Promise.all(Array.from({ length: 20 }, () => refunded('evt_1', 'evt_refund')));
    for (const { status, body } of answers) expect([status, body.applied]).toEqual([200, true]);
    const before = await revision();
    await refunded('evt_1', 'evt_refund');
    expect(await revision()).toBe(before);
  });

  test.each([
    ['/revokes', { outcome: 'revoked' }],
    ['/revokes', { outcome: 'succeeded', revokes: 'evt_1' }],
    ['/revokes', { outcome: 'revoked', revokes: 'evt_self', eventId: 'evt_self' }],
    ['/revokes', { outcome: 'revoked', revokes: 'evt_failed' }],
    ['/revokes', { outcome: 'revoked', revokes: 'evt_1', step: 'setup' }],
    ['/eventId', { outcome: 'revoked', revokes: 'evt_1', eventId: 'evt_failed' }],
  ])('is named rightly, or refused (%s): %j', async (path, body) => {
    await paid('evt_1');
    await paid('evt_failed', { outcome: 'failed' });
    const { status, body: answer } = await payments.attest(tenantId, { step: 'payment', ...body });
    expect([status, answer.errors]).toMatchObject([422, [{ path }]]);
    expect((await payment()).status).toBe('completed');
  });

  test('is revoked by a trusted system only', async () => {
    await paid('evt_1');
    const admin = service.person();
    await addMember(service, tenantId, admin.subject, 'owner');
    const body = { step: 'payment', outcome: 'revoked', revokes: 'evt_1' };
    expect((await admin.attest(tenantId, body)).status).toBe(403);
    expect((await service.operator().attest(tenantId, body)).status).toBe(403);
  });
});

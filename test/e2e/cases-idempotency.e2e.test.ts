import { randomUUID } from 'node:crypto';
import type { Api, RequestHeaders } from '../support/api.js';
import { TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';
import { BUSINESS } from '../support/workspace.js';
import { Wire } from '../attack/support/wire.js';

let service: TestService;
let wire: Wire;
let person: Api;
beforeAll(async () => {
  service = await TestService.start({ env: { CORS_ORIGINS: 'https://app.acme.example' } });
  wire = new Wire(service.url);
});
afterAll(async () => {
  wire.close();
  await service.stop();
});
beforeEach(() => {
  person = service.person();
});

const business = { step: 'business_info', action: 'save', data: BUSINESS };
const TRANSITIONS = '/v1/onboarding/workspace/transitions';
const UUID = '8e03978e-40d5-43e8-bc93-6894a57f9324';
const withKey = (key: string): RequestHeaders => ({ 'idempotency-key': key });

/** Sends the transition with a header for each of the keys. */
const sendWith = async (...keys: string[]) => {
  const headers = keys.map((key) => ['Idempotency-Key', key] as const);
  const reply = await wire.send({
    method: 'POST',
    path: TRANSITIONS,
    headers: [['Authorization', `Bearer ${person.token}`], ['Content-Type', 'application/json'], ...headers],
    body: JSON.stringify(business),
  });
  return { status: reply.status, body: JSON.parse(reply.text) };
};

describe('C13: an Idempotency-Key', () => {
  test.each([
    ['quoted, as the IETF’s draft writes it', `"${UUID}"`],
    ['a UUID', UUID],
    ['a ULID', '01ARZ3NDEKTSV4RRFFQ69G5FAV'],
    ['made by Stripe’s libraries', `stripe-node-retry-${UUID}`],
    ['of parts', 'order:2026/11/30#4711.step=1'],
    ['of base64', 'kq+/9w=='],
    ['of 255 characters', '~'.repeat(255)],
    ['of 255 characters, quoted', `"${'!'.repeat(255)}"`],
    ['of 8 characters, quoted', '"button-1"'],
  ])('may be %s', async (_, key) => {
    const first = await person.move(business, withKey(key));
    expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([200, null]);
    const again = await person.move(business, withKey(key));
    expect(again).toMatchObject({ status: 200, body: { applied: true, revision: 1 } });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  test('is the same key quoted and bare', async () => {
    await person.move(business, withKey(UUID));
    const again = await person.move(business, withKey(`"${UUID}"`));
    expect([again.body.revision, again.headers.get('idempotency-replayed')]).toEqual([1, 'true']);
    const other = await person.move({ ...business, action: 'complete' }, withKey(`"${UUID}"`));
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
  });

  test.each([
    ['empty', ''],
    ['empty, quoted', '""'],
    ['too short, quoted', '"1234567"'],
    ['too long', 'x'.repeat(256)],
    ['too long, quoted', `"${'x'.repeat(256)}"`],
    ['open', `"${UUID}`],
    ['closed only', `${UUID}"`],
    ['quoted in another way', `'${UUID}`.concat('"')],
    ['with an escaped quote', String.raw`"with\"quote"`],
    ['with a parameter', `"${UUID}"; a=1`],
    ['a list', `${UUID}, ${randomUUID()}`],
    ['a list of quoted ones', `"${UUID}", "${UUID}"`],
    ['with a space', 'with space'],
  ])('that is %s is 422 with its name', async (_, key) => {
    const { status, body } = await sendWith(key);
    expect([status, body.errors?.[0].path]).toEqual([422, 'Idempotency-Key']);
    expect((await person.view()).body.revision).toBe(0);
  });

  test('sent twice is 422 with its name, also when both are the same', async () => {
    for (const keys of [
      [UUID, UUID],
      [UUID, randomUUID()],
      ['', UUID],
    ]) {
      const { status, body } = await sendWith(...keys);
      expect([status, body.errors?.[0].path]).toEqual([422, 'Idempotency-Key']);
    }
  });

  test('says so where an admin’s transition is replayed, too', async () => {
    const owner = service.person();
    const tenantId = await createTenant(service, { members: { [owner.subject]: 'owner', [person.subject]: 'member' } });
    const member = `${tenantId}/onboarding/member_tour/members/${encodeURIComponent(person.subject)}`;
    const start = { step: 'profile', action: 'start', reason: 'Told us on the phone' };
    const move = (key: string) => owner.post(`/v1/tenants/${member}/transitions`, start, withKey(key));
    const answers = [await move('ticket:4711'), await move('"ticket:4711"')];
    expect(answers.map(({ status, body }) => [status, body.applied])).toEqual([
      [200, true],
      [200, true],
    ]);
    expect(answers.map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true']);
  });

  test('of an answer that repeats a no-op is a replay, a no-op alone is none', async () => {
    await person.move(business);
    const answers = [await person.move(business, withKey(UUID)), await person.move(business, withKey(UUID))];
    expect(answers.map(({ body }) => body.applied)).toEqual([false, false]);
    expect(answers.map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true']);
  });

  test('is documented with its forms, and the replay with its header, which pages may read', async () => {
    const { paths } = (await service.anonymous().get('/openapi.json')).body;
    const admin = '/v1/tenants/{tenantId}/onboarding/{flow}/members/{subject}/transitions';
    for (const { post } of [paths['/v1/onboarding/{flow}/transitions'], paths[admin]]) {
      const { schema } = post.parameters.find(({ name }: { name: string }) => name === 'Idempotency-Key');
      const pattern = new RegExp(schema.pattern);
      expect([UUID, `"${UUID}"`, 'with space'].map((key) => pattern.test(key))).toEqual([true, true, false]);
      expect(post.responses['200'].headers).toHaveProperty('Idempotency-Replayed');
    }
    const { headers } = await person.with({ origin: 'https://app.acme.example' }).view();
    expect(headers.get('access-control-expose-headers')).toContain('idempotency-replayed');
  });
});

import type { Api } from '../support/api.js';
import { createAppWith, launch } from '../support/flows.js';
import { TestService } from '../support/service.js';
import { addMember } from '../support/tenants.js';
import { BUSINESS, tellBusiness } from '../support/workspace.js';
import { workspace } from '../../src/flow-catalog/flows/workspace.flow.js';

let service: TestService;
let person: Api;

beforeAll(async () => {
  service = await TestService.start({ create: createAppWith(workspace, launch) });
});
afterAll(() => service.stop());
beforeEach(() => {
  person = service.person();
});

const etagOf = async (api: Api, flow?: string): Promise<string> => (await api.view(flow)).headers.get('etag')!;
const business = { step: 'business_info', action: 'complete', data: BUSINESS };
const policy = { step: 'policy', action: 'complete', data: { seats: 1 } };
const KEY = { 'idempotency-key': 'button-1' };
/** When it was answered, and what the answer says of this request, differ between two answers about one record. */
const recordOf = ({ asOf: _, applied: __, ...view }: any): unknown => view;

describe('the ETag', () => {
  test('is the revision and letters for what else the view depends on', async () => {
    const { headers } = await person.view();
    expect(headers.get('etag')).toMatch(/^"0-[a-p]{8,}"$/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('vary')!.split(/, */)).toEqual(expect.arrayContaining(['Authorization', 'X-Tenant-Id']));
    expect((await person.move(business)).headers.get('etag')).toMatch(/^"1-[a-p]{8,}"$/);
    expect(await etagOf(person)).toMatch(/^"1-[a-p]{8,}"$/);
  });

  test('is another one for another person, role or tenant at the same revision', async () => {
    const { tenantId } = (await person.view()).body;
    const [colleague, stranger] = [service.person(), service.person()];
    await addMember(service, tenantId, colleague.subject, 'owner');
    const tags = new Set([await etagOf(person), await etagOf(colleague.inTenant(tenantId)), await etagOf(stranger)]);
    await service.sql(`UPDATE foothold.member SET role = 'admin' WHERE subject = $1`, [colleague.subject]);
    tags.add(await etagOf(colleague.inTenant(tenantId)));
    expect(tags.size).toBe(4);
  });

  test('stays the same for the same view', async () => {
    expect(await etagOf(person)).toBe(await etagOf(person.with({ 'x-request-id': 'another-request' })));
  });
});

describe('If-None-Match', () => {
  test.each<[string, (etag: string) => string]>([
    ['the ETag', (etag) => etag],
    ['the weak ETag, as a proxy makes it', (etag) => `W/${etag}`],
    ['a list with the ETag in it', (etag) => `"7-abc", W/${etag}, "8"`],
    ['*', () => '*'],
  ])('%s answers 304 without a body', async (_, write) => {
    const etag = await etagOf(person);
    const { status, body, headers } = await person.view('workspace', { 'if-none-match': write(etag) });
    expect([status, body]).toEqual([304, undefined]);
    expect(headers.get('etag')).toBe(etag);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('vary')).toContain('X-Tenant-Id');
  });

  test.each(['"0"', '"1-abcdefghijklmnop"', '""', '"a", "b"'])('%s is not the current view: 200', async (tag) => {
    expect((await person.view('workspace', { 'if-none-match': tag })).status).toBe(200);
  });

  test('an ETag that was passed by is 200 with the new view', async () => {
    const etag = await etagOf(person);
    await tellBusiness(person);
    const { status, body } = await person.view('workspace', { 'if-none-match': etag });
    expect([status, body.revision]).toEqual([200, 1]);
  });

  test('that is no entity tag is ignored', async () => {
    const { status, body } = await person.view('workspace', { 'if-none-match': 'abc' });
    expect([status, body.revision]).toEqual([200, 0]);
  });
});

describe('If-Match', () => {
  test.each<[string, (etag: string) => string]>([
    ['the ETag', (etag) => etag],
    ['the bare revision', () => '"0"'],
    ['a list with the ETag in it', (etag) => `"9", ${etag}`],
    ['a list with the revision in it', () => '"9", "0"'],
    ['*', () => '*'],
  ])('%s lets the transition pass', async (_, write) => {
    const { status, body } = await person.move(business, { 'if-match': write(await etagOf(person)) });
    expect([status, body.revision]).toEqual([200, 1]);
  });

  test.each<[string, (etag: string) => string]>([
    ['an ETag that was passed by', (etag) => etag],
    ['a revision that was passed by', () => '"0"'],
    ['a revision that never was', () => '"10"'],
    ['a list without the current one', (etag) => `"0", ${etag}, "7"`],
    ['the ETag of somebody else', () => '"1-aaaaaaaaaaaaaaaa"'],
  ])('%s is 412 with the current view, and nothing changes', async (_, write) => {
    const etag = await etagOf(person);
    await tellBusiness(person);
    const answer = await person.move(
      { step: 'subscription', action: 'complete', data: { plan: 'free' } },
      { 'if-match': write(etag) },
    );
    expect(answer).toMatchObject({ status: 412, body: { code: 'revision_mismatch' } });
    const { body } = await person.view();
    expect(recordOf(answer.body.current)).toEqual(recordOf(body));
    expect(body).toMatchObject({ revision: 1, currentStep: 'subscription' });
  });

  test.each(['0', 'abc', '"0', '""0""'])('%s is no entity tag: 422', async (tag) => {
    const { status, body } = await person.move(business, { 'if-match': tag });
    expect([status, body.errors[0].path]).toEqual([422, 'If-Match']);
  });

  test('is judged after the shape, before the rules, and before the data', async () => {
    const stale = { 'if-match': '"5"' };
    expect((await person.move({ ...business, action: 'start' }, stale)).status).toBe(422);
    expect((await person.move({ step: 'subscription', action: 'complete' }, stale)).status).toBe(412);
    expect((await person.move({ ...business, data: { country: 'nowhere' } }, stale)).status).toBe(412);
  });

  test('is not looked at when a stored answer is repeated', async () => {
    const headers = { ...KEY, 'if-match': '"0"' };
    const first = await person.move(business, headers);
    await person.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } });
    const { status, body } = await person.move(business, headers);
    expect([first.status, status]).toEqual([200, 200]);
    expect(body).toMatchObject({ applied: true, revision: 2 });
  });
});

describe('the Idempotency-Key', () => {
  test.each(['1234567', 'x'.repeat(256), 'with space', 'ümlaut-key', 'back\\slash', ''])(
    '"%s" is no key: 422',
    async (key) => {
      // fetch refuses what is not Latin-1; ü is, and travels as one byte.
      const { status, body } = await person.move(business, { 'idempotency-key': key });
      expect([status, body.errors?.[0].path]).toEqual([422, 'Idempotency-Key']);
      expect((await person.view()).body.revision).toBe(0);
    },
  );

  test.each(['12345678', 'x'.repeat(255), 'A-z_0-9_'])('"%s" is one', async (key) => {
    expect((await person.move(business, { 'idempotency-key': key })).status).toBe(200);
  });

  test('answers the same again and applies nothing twice', async () => {
    const first = await person.move({ ...business, action: 'save' }, KEY);
    const again = await person.move({ ...business, action: 'save' }, KEY);
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.body).toMatchObject({ applied: true, revision: 1 });
    expect(recordOf(again.body)).toEqual(recordOf(first.body));
    expect((await person.history()).body.items).toHaveLength(1);
  });

  test('does not care for the order of fields', async () => {
    await person.move(business, KEY);
    const reordered = { data: { country: 'DE', businessName: 'Acme' }, action: 'complete', step: 'business_info' };
    expect((await person.move(reordered, KEY)).body).toMatchObject({ applied: true, revision: 1 });
  });

  test('answers as recorded, with the view of now, after the step was reopened', async () => {
    await person.move(policy, KEY, 'launch');
    await person.move({ step: 'policy', action: 'reopen' }, {}, 'launch');
    const { status, body } = await person.move(policy, KEY, 'launch');
    expect(status).toBe(200);
    expect(body).toMatchObject({ applied: true, revision: 2, currentStep: 'policy' });
    expect((await person.view('launch')).body.revision).toBe(2);
  });

  test('answers a no-op as a no-op also after a reopen', async () => {
    await person.move(policy, {}, 'launch');
    expect((await person.move(policy, KEY, 'launch')).body).toMatchObject({ applied: false, revision: 1 });
    await person.move({ step: 'policy', action: 'reopen' }, {}, 'launch');
    expect((await person.move(policy, KEY, 'launch')).body).toMatchObject({ applied: false, revision: 2 });
  });

  test.each<[string, object]>([
    ['another step', { step: 'setup' }],
    ['another action', { action: 'save' }],
    ['other data', { data: { ...BUSINESS, businessName: 'Acme 2' } }],
    ['no data', { data: undefined }],
    ['another time', { occurredAt: '2026-01-31T12:00:00Z' }],
  ])('with %s is 422, and nothing changes', async (_, change) => {
    await person.move(business, KEY);
    const { status, body } = await person.move({ ...business, ...change }, KEY);
    expect([status, body.code]).toEqual([422, 'idempotency_key_reused']);
    expect((await person.view()).body.revision).toBe(1);
  });

  test('belongs to one flow', async () => {
    const start = { step: 'policy', action: 'complete' };
    await person.move(start, KEY, 'launch');
    const { status, body } = await person.move(start, KEY, 'workspace');
    expect([status, body.code]).toEqual([422, 'idempotency_key_reused']);
  });

  test('belongs to one person', async () => {
    const other = service.person();
    await person.move(business, KEY);
    expect((await other.move(business, KEY)).body).toMatchObject({
      applied: true,
      revision: 1,
      subject: other.subject,
    });
  });

  test.each<[string, number, object]>([
    ['409', 409, { step: 'subscription', action: 'complete', data: { plan: 'free' } }],
    ['422', 422, { step: 'subscription', action: 'complete', data: { plan: 'gold' } }],
  ])(
    'of a refusal (%s) may be sent again unchanged, and may also be used for a better body',
    async (_, status, move) => {
      if (status === 422) await tellBusiness(person);
      expect((await person.move(move as any, KEY)).status).toBe(status);
      expect((await person.move(move as any, KEY)).status).toBe(status);
      if (status === 409) await tellBusiness(person);
      const { body } = await person.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } }, KEY);
      expect(body).toMatchObject({ applied: true, revision: 2 });
    },
  );

  test('of a 412 may be sent again with the premise mended', async () => {
    expect((await person.move(business, { ...KEY, 'if-match': '"7"' })).status).toBe(412);
    expect((await person.move(business, { ...KEY, 'if-match': '"0"' })).body).toMatchObject({ applied: true });
  });
});

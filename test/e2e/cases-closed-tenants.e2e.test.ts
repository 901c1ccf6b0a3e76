import { Client } from 'pg';
import { Administering, outcomeOf } from '../support/administration.js';
import type { Answer, Api } from '../support/api.js';
import { TestService } from '../support/service.js';
import { createTenant, newOrganization } from '../support/tenants.js';
import { tellBusiness } from '../support/workspace.js';

let service: TestService;
let otherProcess: string;
let person: Api;
/** The workspace that the person made, and the tenant that they were invited to. */
let own: Administering;
let joined: string;

beforeAll(async () => {
  service = await TestService.start();
  otherProcess = await service.startAnother();
});
afterAll(() => service.stop());
beforeEach(async () => {
  person = service.person();
  own = new Administering(person, (await tellBusiness(person)).tenantId);
  joined = await createTenant(service, { members: { [person.subject]: 'member' } });
});

const everyCall = (api: Api): Promise<Answer[]> =>
  Promise.all([
    api.view(),
    api.me(),
    api.history(),
    api.get('/v1/onboarding'),
    api.move({ step: 'profile', action: 'start' }, {}, 'member_tour'),
  ]);
const atEveryProcess = async (api: Api): Promise<Answer[]> =>
  (await Promise.all([everyCall(api), everyCall(api.at(otherProcess))])).flat();
const distinct = (answers: readonly Answer[]): unknown[] =>
  [...new Set(answers.map((answer) => JSON.stringify(outcomeOf(answer))))].map((outcome) => JSON.parse(outcome));
const tenantOf = async (api: Api): Promise<string> => (await api.view()).body.tenantId;

test('C10: a person who closes their own workspace is led to the only tenant that is left', async () => {
  expect(distinct(await atEveryProcess(person))).toEqual([[409, 'tenant_required']]);
  expect((await own.change({ status: 'closed' })).status).toBe(200);

  expect(distinct(await atEveryProcess(person))).toEqual([[200, null]]);
  expect(await tenantOf(person)).toBe(joined);
  const { body } = await person.me();
  expect(body.tenant.id).toBe(joined);
  expect(new Map(body.tenants.map(({ id, status }: any) => [id, status]))).toEqual(
    new Map([
      [own.tenantId, 'closed'],
      [joined, 'active'],
    ]),
  );
  expect(outcomeOf(await person.inTenant(own.tenantId).view())).toEqual([403, 'tenant_closed']);
});

test('C10: a remembered choice ends when another tenant is opened again or joined, at every process', async () => {
  await own.change({ status: 'closed' });
  expect(distinct(await atEveryProcess(person))).toEqual([[200, null]]);
  await own.change({ status: 'active' });
  expect(distinct(await atEveryProcess(person))).toEqual([[409, 'tenant_required']]);

  await own.change({ status: 'closed' });
  const operator = new Administering(service.operator(), joined);
  await operator.change({ status: 'closed' });
  expect(distinct(await atEveryProcess(person))).toEqual([[403, 'tenant_closed']]);
  await own.change({ status: 'active' });
  expect(distinct(await atEveryProcess(person))).toEqual([[200, null]]);
  expect([await tenantOf(person), await tenantOf(person.at(otherProcess))]).toEqual([own.tenantId, own.tenantId]);
});

test('C10: of several usable tenants one must be named, and the list leaves closed ones out', async () => {
  const third = await createTenant(service, { members: { [person.subject]: 'admin' } });
  await own.change({ status: 'closed' });
  const { status, body } = await person.view();
  expect([status, body.code]).toEqual([409, 'tenant_required']);
  expect(body.tenants.map(({ id }: any) => id).toSorted()).toEqual([joined, third].toSorted());
});

test('C10: a person whose tenants are all closed is told so, gets no new one, and learns which they are', async () => {
  await own.change({ status: 'closed' });
  await new Administering(service.operator(), joined).change({ status: 'closed' });
  expect(distinct(await atEveryProcess(person))).toEqual([[403, 'tenant_closed']]);
  const { body } = await person.me();
  expect(body.tenants.map(({ id }: any) => id).toSorted()).toEqual([own.tenantId, joined].toSorted());
  expect(await service.sql('SELECT FROM foothold.membership WHERE subject = $1', [person.subject])).toHaveLength(2);
});

test('C10: a person whose only other tenant is closed goes on in their own draft', async () => {
  const guest = service.person();
  const draft = await tenantOf(guest);
  await guest.move({ step: 'business_info', action: 'start' });
  const acme = await createTenant(service, { members: { [guest.subject]: 'member' } });
  expect(await tenantOf(guest)).toBe(acme);
  const operator = new Administering(service.operator(), acme);
  await operator.change({ status: 'closed' });
  expect(distinct(await atEveryProcess(guest))).toEqual([[200, null]]);
  expect([await tenantOf(guest), await tenantOf(guest.at(otherProcess))]).toEqual([draft, draft]);
  expect((await guest.me()).body.tenant).toMatchObject({ id: draft, status: 'draft' });
  await operator.change({ status: 'active' });
  expect([await tenantOf(guest), await tenantOf(guest.at(otherProcess))]).toEqual([acme, acme]);
});

test('C10: a login that joins a tenant while it is closed is refused, and leaves no membership that counts', async () => {
  const organizationId = newOrganization();
  const tenantId = await createTenant(service, { organizationId });
  const closing = new Client({ connectionString: service.database.superuserUrl });
  await closing.connect();
  try {
    await closing.query('BEGIN');
    await closing.query(`UPDATE foothold.tenant SET status = 'closed' WHERE tenant_id = $1`, [tenantId]);
    const view = service.person(undefined, { org_id: organizationId }).view();
    await service.untilBlocked();
    await closing.query('COMMIT');
    expect(outcomeOf(await view)).toEqual([403, 'tenant_closed']);
  } finally {
    await closing.end();
  }
  expect(await service.sql('SELECT FROM foothold.membership WHERE tenant_id = $1', [tenantId])).toEqual([]);
});

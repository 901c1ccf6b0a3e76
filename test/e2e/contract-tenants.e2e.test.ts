import { randomUUID } from 'node:crypto';
import type { Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { newSubject, TestService } from '../support/service.js';
import { addMember, createTenant, newOrganization, removeMember } from '../support/tenants.js';
import { choosePlan, tellBusiness } from '../support/workspace.js';

let service: TestService;
let person: Api;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());
beforeEach(() => {
  person = service.person();
});

const membershipsOf = (subject: string) =>
  service.sql('SELECT tenant_id, role, status FROM foothold.membership WHERE subject = $1', [subject]);
const auditOf = (tenantId: string) =>
  service.sql('SELECT actor, action FROM foothold.audit WHERE tenant_id = $1', [tenantId]);
const outcomeOf = ({ status, body }: { status: number; body: any }) => [status, body.code ?? body.tenantId];

describe('the header X-Tenant-Id', () => {
  test('names a tenant of the caller, also in upper case', async () => {
    const [one, other] = [
      await createTenant(service, { members: { [person.subject]: 'owner' } }),
      await createTenant(service, { members: { [person.subject]: 'member' } }),
    ];
    for (const tenantId of [one, other]) {
      expect(outcomeOf(await person.inTenant(tenantId).view())).toEqual([200, tenantId]);
      expect(outcomeOf(await person.inTenant(tenantId.toUpperCase()).view())).toEqual([200, tenantId]);
    }
    expect((await person.inTenant(other).me()).body.tenant).toMatchObject({ id: other, role: 'member' });
  });

  const CALLS: Record<string, (api: Api) => Promise<{ status: number; body: any }>> = {
    view: (api) => api.view(),
    list: (api) => api.get('/v1/onboarding'),
    history: (api) => api.history(),
    me: (api) => api.me(),
    transition: (api) => api.move({ step: 'business_info', action: 'start' }),
  };

  test.each(Object.keys(CALLS))('naming a foreign tenant is 404 and audited (%s)', async (call) => {
    const foreign = await createTenant(service, { members: { [newSubject()]: 'owner' } });
    const { status, body } = await CALLS[call]!(person.inTenant(foreign));
    expect([status, body.code]).toEqual([404, 'tenant_not_found']);
    await eventually(async () => (await auditOf(foreign)).length > 0);
    expect(await auditOf(foreign)).toEqual([{ actor: person.subject, action: 'tenant_probed' }]);
    expect(JSON.stringify(body)).not.toContain(foreign);
    expect(await membershipsOf(person.subject)).toEqual([]);
  });

  test('naming a tenant that does not exist is answered the same', async () => {
    const foreign = await createTenant(service);
    const [known, unknown] = [await person.inTenant(foreign).view(), await person.inTenant(randomUUID()).view()];
    const { requestId: _, ...answer } = known.body;
    expect(unknown.body).toMatchObject(answer);
  });

  test('naming a tenant that the person was removed from is 404', async () => {
    const tenantId = await createTenant(service, { members: { [person.subject]: 'admin' } });
    expect((await person.inTenant(tenantId).view()).status).toBe(200);
    await removeMember(service, tenantId, person.subject);
    expect(outcomeOf(await person.inTenant(tenantId).view())).toEqual([404, 'tenant_not_found']);
    expect(outcomeOf(await person.inTenant(tenantId).me())).toEqual([404, 'tenant_not_found']);
  });
});

describe('a login to an organisation', () => {
  test('that is known makes the person a member of its tenant, once', async () => {
    const organizationId = newOrganization();
    const tenantId = await createTenant(service, { organizationId, members: { [newSubject()]: 'owner' } });
    const colleague = service.person(undefined, { org_id: organizationId });
    const answers = await Promise.all(Array.from({ length: 10 }, () => colleague.view()));
    expect(answers.map(outcomeOf)).toEqual(Array(10).fill([200, tenantId]));
    expect(await membershipsOf(colleague.subject)).toEqual([{ tenant_id: tenantId, role: 'member', status: 'active' }]);
    expect((await colleague.me()).body.tenant).toMatchObject({ id: tenantId, role: 'member' });
  });

  test('admits a new colleague also where the organisation is known from another one', async () => {
    const organizationId = newOrganization();
    const tenantId = await createTenant(service, { organizationId });
    for (const call of [(api: Api) => api.view(), (api: Api) => api.me(), (api: Api) => api.history()]) {
      expect((await call(service.person(undefined, { org_id: organizationId }))).status).toBe(200);
    }
    expect(await service.sql('SELECT FROM foothold.member WHERE tenant_id = $1', [tenantId])).toHaveLength(3);
  });

  test('makes nobody a member of a closed tenant', async () => {
    const organizationId = newOrganization();
    const tenantId = await createTenant(service, { organizationId });
    await service.sql(`UPDATE foothold.tenant SET status = 'closed' WHERE tenant_id = $1`, [tenantId]);
    const late = service.person(undefined, { org_id: organizationId });
    for (const answer of [await late.view(), await late.me()])
      expect(outcomeOf(answer)).toEqual([403, 'tenant_closed']);
    expect(await membershipsOf(late.subject)).toEqual([]);
  });

  test('does not change the role of somebody who is a member already', async () => {
    const organizationId = newOrganization();
    const owner = service.person(undefined, { org_id: organizationId });
    await createTenant(service, { organizationId, members: { [owner.subject]: 'owner' } });
    expect((await owner.me()).body.tenant.role).toBe('owner');
  });

  test('that is unknown is 403 and makes no draft', async () => {
    const stranger = service.person(undefined, { org_id: newOrganization() });
    for (const answer of [await stranger.view(), await stranger.me()]) {
      expect(outcomeOf(answer)).toEqual([403, 'organization_unknown']);
    }
    expect(await membershipsOf(stranger.subject)).toEqual([]);
  });

  test('of somebody who was removed is 403, and does not bring them back', async () => {
    const organizationId = newOrganization();
    const tenantId = await createTenant(service, { organizationId });
    const removed = service.person(undefined, { org_id: organizationId });
    expect((await removed.view()).status).toBe(200);
    await removeMember(service, tenantId, removed.subject);
    for (const answer of [await removed.view(), await removed.me(), await removed.view()]) {
      expect(outcomeOf(answer)).toEqual([403, 'membership_removed']);
    }
    expect(await membershipsOf(removed.subject)).toMatchObject([{ status: 'removed' }]);
  });

  test('with a header that disagrees is 404, also for a tenant that the person belongs to', async () => {
    const organizationId = newOrganization();
    const tenantId = await createTenant(service, { organizationId });
    const someone = service.person(undefined, { org_id: organizationId });
    const own = await createTenant(service, { members: { [someone.subject]: 'owner' } });
    for (let time = 1; time <= 2; time++) {
      expect(outcomeOf(await someone.inTenant(own).view())).toEqual([404, 'tenant_not_found']);
      expect(outcomeOf(await someone.inTenant(tenantId).view())).toEqual([200, tenantId]);
      expect(outcomeOf(await someone.view())).toEqual([200, tenantId]);
    }
  });
});

describe('without a header or an organisation', () => {
  test('the only membership is the tenant', async () => {
    const tenantId = await createTenant(service, { members: { [person.subject]: 'member' } });
    expect(outcomeOf(await person.view())).toEqual([200, tenantId]);
  });

  test('several memberships are 409 with the list, from the moment there are several', async () => {
    const one = await createTenant(service, { members: { [person.subject]: 'owner' } });
    expect(outcomeOf(await person.view())).toEqual([200, one]);
    const other = await createTenant(service, { members: { [person.subject]: 'member' } });
    const calls = [
      person.view(),
      person.me(),
      person.history(),
      person.move({ step: 'business_info', action: 'start' }),
    ];
    for (const { status, body } of await Promise.all(calls)) {
      expect([status, body.code]).toEqual([409, 'tenant_required']);
      expect(new Set(body.tenants)).toEqual(
        new Set([
          { id: one, name: 'Acme', status: 'active', role: 'owner' },
          { id: other, name: 'Acme', status: 'active', role: 'member' },
        ]),
      );
    }
    await removeMember(service, other, person.subject);
    expect(outcomeOf(await person.view())).toEqual([200, one]);
  });

  test('a draft never counts as a choice', async () => {
    const draft = (await person.view()).body.tenantId;
    const joined = await createTenant(service, { members: { [newSubject()]: 'owner' } });
    await addMember(service, joined, person.subject, 'member');
    expect(outcomeOf(await person.view())).toEqual([200, joined]);
    const { body } = await person.me();
    expect(body.tenant.id).toBe(joined);
    expect(body.tenants.map(({ id }: { id: string }) => id).toSorted()).toEqual([draft, joined].toSorted());
    expect(outcomeOf(await person.inTenant(draft).view())).toEqual([200, draft]);
  });

  test('somebody whose only membership ended gets a draft of their own', async () => {
    const tenantId = await createTenant(service, { members: { [person.subject]: 'member' } });
    await person.view();
    await removeMember(service, tenantId, person.subject);
    const { status, body } = await person.view();
    expect(status).toBe(200);
    expect(body.tenantId).not.toBe(tenantId);
    expect((await person.me()).body.tenant).toMatchObject({ id: body.tenantId, status: 'draft', role: 'owner' });
  });
});

describe('a draft tenant', () => {
  const statusOf = async (api: Api) => (await api.me()).body.tenant.status;

  test.each<[string, (api: Api) => Promise<unknown>]>([
    ['a look', (api) => api.view()],
    ['starting its first step', (api) => api.move({ step: 'business_info', action: 'start' })],
    ['a half-filled form', (api) => api.move({ step: 'business_info', action: 'save', data: { country: 'DE' } })],
    ['a refused step', (api) => api.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } })],
    ['a step of the person', (api) => api.move({ step: 'profile', action: 'complete' }, {}, 'member_tour')],
  ])('stays one after %s', async (_, act) => {
    await act(person);
    expect(await statusOf(person)).toBe('draft');
  });

  test('becomes active when its first tenant step is completed, and then counts as a choice', async () => {
    const { tenantId } = await tellBusiness(person);
    expect((await person.me()).body.tenant).toMatchObject({ id: tenantId, status: 'active', role: 'owner' });
    await createTenant(service, { members: { [person.subject]: 'member' } });
    expect(outcomeOf(await person.view())).toEqual([409, 'tenant_required']);
  });
});

describe('a closed tenant', () => {
  test('is 403 tenant_closed on every call, and nobody gets another one instead', async () => {
    const { tenantId } = await choosePlan(person);
    await service.sql(`UPDATE foothold.tenant SET status = 'closed' WHERE tenant_id = $1`, [tenantId]);
    const calls = (api: Api) => [
      api.me(),
      api.view(),
      api.get('/v1/onboarding'),
      api.history(),
      api.move({ step: 'subscription', action: 'save', data: { plan: 'enterprise' } }),
      api.move({ step: 'nothing', action: 'complete' }),
    ];
    for (const api of [person, person.inTenant(tenantId), service.person(person.subject)]) {
      for (const answer of await Promise.all(calls(api))) expect(outcomeOf(answer)).toEqual([403, 'tenant_closed']);
    }
    expect(await membershipsOf(person.subject)).toHaveLength(1);
    await service.sql(`UPDATE foothold.tenant SET status = 'active' WHERE tenant_id = $1`, [tenantId]);
    expect((await person.view()).body).toMatchObject({ revision: 2, currentStep: 'payment' });
  });
});

describe('a machine', () => {
  test.each(['/v1/me', '/v1/onboarding', '/v1/onboarding/workspace', '/v1/onboarding/workspace/history'])(
    'is 403 on GET %s and gets no draft',
    async (path) => {
      const payments = await service.payments();
      expect(await payments.get(path)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      expect(await membershipsOf(payments.subject)).toEqual([]);
    },
  );

  test('is 403 on a transition, whatever its permissions', async () => {
    const claims = { gty: 'client-credentials', permissions: ['platform:admin', 'onboarding:attest'] };
    const machine = service.person('abc@clients', claims);
    const answer = await machine.move({ step: 'business_info', action: 'start' });
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await membershipsOf(machine.subject)).toEqual([]);
  });
});

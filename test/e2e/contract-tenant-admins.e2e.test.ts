import { randomUUID } from 'node:crypto';
import { Administering, allItems, outcomeOf } from '../support/administration.js';
import type { Api } from '../support/api.js';
import { newSubject, TestService } from '../support/service.js';
import { staffed, type Staff } from '../support/staff.js';
import { createTenant, newOrganization, removeMember } from '../support/tenants.js';

let service: TestService;
let operator: Api;
let { owner, admin, member, tenantId, asOwner, asAdmin, asPlatform } = {} as Staff;

beforeAll(async () => {
  service = await TestService.start();
  operator = service.operator();
});
afterAll(() => service.stop());
beforeEach(async () => {
  ({ owner, admin, member, tenantId, asOwner, asAdmin, asPlatform } = await staffed(service));
});

const auditOf = (id = tenantId) => new Administering(operator, id).entries();

/** Every admin route, with a request that an owner may make. */
const ROUTES: Record<string, (to: Administering) => Promise<any>> = {
  'GET tenant': (to) => to.show(),
  'PATCH tenant': (to) => to.change({ name: 'Acme Inc' }),
  'GET members': (to) => to.members(),
  'POST members': (to) => to.invite(),
  'PATCH member': (to) => to.changeMember(member.subject, { role: 'admin' }),
  'DELETE member': (to) => to.remove(admin.subject),
  'GET invitations': (to) => to.invitations(),
  'DELETE invitation': (to) => to.revoke(randomUUID()),
  'GET audit': (to) => to.audit(),
};
/** All that a tenant is, but for its audit log. */
const stateOf = async (id: string) =>
  JSON.stringify(
    await service.sql(
      `SELECT t.*, (SELECT json_agg(m ORDER BY m.subject) FROM foothold.member m WHERE m.tenant_id = $1) AS members,
         (SELECT count(*) FROM foothold.invitation i WHERE i.tenant_id = $1) AS invitations
       FROM foothold.tenant t WHERE t.tenant_id = $1`,
      [id],
    ),
  );

describe('every admin route', () => {
  /** What each of them answers, by route. */
  const outcomes = async (call: (route: (to: Administering) => Promise<any>) => Promise<any>) => {
    const answers: Record<string, unknown> = {};
    for (const [name, route] of Object.entries(ROUTES)) answers[name] = outcomeOf(await call(route));
    return answers;
  };
  const each = (status: number, code: string) =>
    Object.fromEntries(Object.keys(ROUTES).map((name) => [name, [status, code]]));
  const as = (api: Api, id = tenantId) => new Administering(api, id);

  test.each(['owner', 'platform'])('is open to the %s', async (who) => {
    const statuses = await outcomes((route) => route(who === 'owner' ? asOwner : asPlatform));
    expect(statuses).toEqual({
      ...Object.fromEntries(Object.keys(ROUTES).map((name) => [name, [200, undefined]])),
      'POST members': [201, undefined],
      'DELETE member': [204, undefined],
      'DELETE invitation': [404, 'invitation_not_found'],
    });
  });

  test('is 404 to strangers, who are audited, get no draft and change nothing', async () => {
    const before = await stateOf(tenantId);
    const machine = service.person('machine@clients', {
      gty: 'client-credentials',
      permissions: ['onboarding:attest'],
    });
    for (const stranger of [service.person(), machine]) {
      expect(await outcomes((route) => route(as(stranger)))).toEqual(each(404, 'tenant_not_found'));
      const probes = { times: Object.keys(ROUTES).length, actor: stranger.subject };
      await new Administering(operator, tenantId).counted('tenant_probed', probes);
      expect(await service.sql('SELECT FROM foothold.membership WHERE subject = $1', [stranger.subject])).toEqual([]);
    }
    expect(await stateOf(tenantId)).toBe(before);
  });

  test('answers a stranger the same for a tenant that does not exist', async () => {
    const stranger = service.person();
    for (const route of Object.values(ROUTES)) {
      const [there, nowhere] = [await route(as(stranger)), await route(as(stranger, randomUUID()))];
      expect({ ...nowhere.body, requestId: '', instance: '' }).toEqual({ ...there.body, requestId: '', instance: '' });
    }
  });

  test('is 403 to a mere member, and changes nothing', async () => {
    const before = await stateOf(tenantId);
    expect(await outcomes((route) => route(as(member)))).toEqual(each(403, 'forbidden'));
    expect(await stateOf(tenantId)).toBe(before);
  });

  test('is 404 to an admin as soon as they are removed, and 403 as soon as they are demoted', async () => {
    await asOwner.changeMember(admin.subject, { role: 'member' });
    expect(outcomeOf(await asAdmin.audit())).toEqual([403, 'forbidden']);
    await removeMember(service, tenantId, admin.subject);
    expect(await outcomes((route) => route(asAdmin))).toEqual(each(404, 'tenant_not_found'));
  });

  test('is 404 to an owner who logged in to the organisation of another tenant', async () => {
    const organizationId = newOrganization();
    await createTenant(service, { organizationId, members: { [owner.subject]: 'owner' } });
    const elsewhere = service.person(owner.subject, { org_id: organizationId });
    expect(await outcomes((route) => route(as(elsewhere)))).toEqual(each(404, 'tenant_not_found'));
  });

  test.each(['acme', '%00', '00000000-0000-0000-0000-00000000000'])('is 422 with the tenant id %s', async (id) => {
    expect(await outcomes((route) => route(as(operator, id)))).toEqual(each(422, 'invalid_request'));
  });

  test('of a closed tenant is tenant_closed to its admins, but for the look of an owner', async () => {
    await asOwner.change({ status: 'closed' });
    const closed = each(403, 'tenant_closed');
    expect(await outcomes((route) => route(asAdmin))).toEqual(closed);
    expect(await outcomes((route) => route(asOwner))).toEqual({ ...closed, 'GET tenant': [200, undefined] });
  });

  test('of a closed tenant lets the platform look, and change nothing but that', async () => {
    await asOwner.change({ status: 'closed' });
    const looks = Object.keys(ROUTES).filter((name) => name.startsWith('GET'));
    expect(await outcomes((route) => route(asPlatform))).toEqual({
      ...each(403, 'tenant_closed'),
      ...Object.fromEntries(looks.map((name) => [name, [200, undefined]])),
    });
  });
});

test('an admin who logged in to the organisation of the tenant administers it', async () => {
  const organizationId = newOrganization();
  await asPlatform.change({ organizationId });
  const loggedIn = service.person(admin.subject, { org_id: organizationId });
  expect((await new Administering(loggedIn, tenantId).members()).status).toBe(200);
});

test('a person with platform:admin administers every tenant', async () => {
  const person = service.person(undefined, { permissions: ['platform:admin'] });
  expect((await new Administering(person, tenantId).change({ name: 'Other' })).body.name).toBe('Other');
  expect((await auditOf())[0]).toMatchObject({ actor: person.subject, detail: { as: 'platform' } });
});

describe('the list of tenants', () => {
  test('has every tenant once, page by page, with its organisation', async () => {
    const organizationId = newOrganization();
    const made = await createTenant(service, { organizationId });
    const items = await allItems((query) => operator.get(`/v1/tenants${query}`), 3);
    const known = await service.sql('SELECT tenant_id FROM foothold.tenant ORDER BY tenant_id');
    expect(items.map(({ id }) => id)).toEqual(known.map(({ tenant_id }) => tenant_id));
    expect(items.find(({ id }) => id === made)).toMatchObject({ name: 'Acme', status: 'active', organizationId });
  });

  /** Cursors of nobody, one of which is base64url of what could be a subject, were it UTF-8. */
  const notOurs = ['?cursor=', '?cursor=x', '?cursor=zz', '?cursor=YXV0aDB8YQ==', '?cursor=YXV0aDB8YQ%20'];
  test.each(['?limit=0', '?limit=201', '?limit=x', '?limit=1&limit=2', ...notOurs])('refuses %s', async (query) => {
    expect(outcomeOf(await operator.get(`/v1/tenants${query}`))).toEqual([422, 'invalid_request']);
    expect(outcomeOf(await asOwner.members(query))).toEqual([422, 'invalid_request']);
    expect(outcomeOf(await asOwner.audit(query))).toEqual([422, 'invalid_request']);
    expect(outcomeOf(await asOwner.invitations(query))).toEqual([422, 'invalid_request']);
  });

  test('and making one are for the platform only', async () => {
    const machine = await service.payments();
    for (const api of [owner, machine]) {
      expect(outcomeOf(await api.get('/v1/tenants'))).toEqual([403, 'forbidden']);
      expect(outcomeOf(await api.post('/v1/tenants', { name: 'Mine' }))).toEqual([403, 'forbidden']);
    }
  });
});

test('the audit log is read newest first, page by page, each entry once', async () => {
  for (let n = 1; n <= 7; n++) await asOwner.change({ name: `Acme ${n}` });
  const items = await allItems((query) => asAdmin.audit(query), 2);
  expect(items.map(({ detail }) => detail.to)).toEqual([7, 6, 5, 4, 3, 2, 1].map((n) => `Acme ${n}`));
  expect(new Set(items.map(({ id }) => id)).size).toBe(7);
});

test('the audit log of one tenant has nothing of another', async () => {
  await asOwner.change({ name: 'Secret' });
  const other = service.person();
  const elsewhere = await createTenant(service, { members: { [other.subject]: 'owner', [newSubject()]: 'member' } });
  expect((await new Administering(other, elsewhere).audit()).body).toEqual({ items: [], nextCursor: null });
});

import { randomUUID } from 'node:crypto';
import { Administering, allItems, outcomeOf } from '../support/administration.js';
import type { Api } from '../support/api.js';
import { newSubject, TestService } from '../support/service.js';
import { createTenant, removeMember } from '../support/tenants.js';

let service: TestService;
let operator: Api;
let owner: Api;
let admin: Api;
let member: Api;
let tenantId: string;
let asOwner: Administering;
let asAdmin: Administering;
let asPlatform: Administering;

beforeAll(async () => {
  service = await TestService.start();
  operator = service.operator();
});
afterAll(() => service.stop());
beforeEach(async () => {
  [owner, admin, member] = [service.person(), service.person(), service.person()];
  const members = { [owner.subject]: 'owner', [admin.subject]: 'admin', [member.subject]: 'member' } as const;
  tenantId = await createTenant(service, { members });
  [asOwner, asAdmin, asPlatform] = [owner, admin, operator].map((api) => new Administering(api, tenantId)) as [
    Administering,
    Administering,
    Administering,
  ];
});

const newOrganization = (): string => `org_${randomUUID().replaceAll('-', '')}`;
const auditOf = async (id = tenantId) =>
  (await new Administering(operator, id).audit()).body.items.map(({ id: _, recordedAt: __, ...entry }: any) => entry);

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
      const entries = (await auditOf()).filter(({ actor }: any) => actor === stranger.subject);
      expect(entries.map(({ action }: any) => action)).toEqual(Object.keys(ROUTES).map(() => 'tenant_probed'));
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

  test.each(['?limit=0', '?limit=201', '?limit=x', '?cursor=x', '?cursor=', '?limit=1&limit=2'])(
    'refuses %s',
    async (query) => {
      expect(outcomeOf(await operator.get(`/v1/tenants${query}`))).toEqual([422, 'invalid_request']);
      expect(outcomeOf(await asOwner.members(query))).toEqual([422, 'invalid_request']);
      expect(outcomeOf(await asOwner.audit(query))).toEqual([422, 'invalid_request']);
      expect(outcomeOf(await asOwner.invitations(query))).toEqual([422, 'invalid_request']);
    },
  );

  test('and making one are for the platform only', async () => {
    const machine = await service.payments();
    for (const api of [owner, machine]) {
      expect(outcomeOf(await api.get('/v1/tenants'))).toEqual([403, 'forbidden']);
      expect(outcomeOf(await api.post('/v1/tenants', { name: 'Mine' }))).toEqual([403, 'forbidden']);
    }
  });
});

describe('a tenant that the platform makes', () => {
  test('is active, audited, and has no members', async () => {
    const { status, body } = await operator.post('/v1/tenants', { name: 'Initech', reason: 'signed the contract' });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String),
      name: 'Initech',
      status: 'active',
      organizationId: null,
      createdAt: expect.any(String),
      updatedAt: body.createdAt,
      closedAt: null,
      reopenableUntil: null,
    });
    expect((await operator.get(`/v1/tenants/${body.id}`)).body).toEqual(body);
    expect((await operator.get(`/v1/tenants/${body.id}/members`)).body).toEqual({ items: [], nextCursor: null });
    expect(await auditOf(body.id)).toEqual([
      {
        actor: operator.subject,
        action: 'tenant_created',
        subject: null,
        reason: 'signed the contract',
        detail: { name: 'Initech', as: 'platform' },
      },
    ]);
  });

  test('takes in whoever logs in to its organisation, and audits that', async () => {
    const organizationId = newOrganization();
    const { body } = await operator.post('/v1/tenants', { name: 'Initech', organizationId });
    const peter = service.person(undefined, { org_id: organizationId });
    expect((await peter.me()).body.tenant).toMatchObject({ id: body.id, role: 'member' });
    expect((await auditOf(body.id))[0]).toMatchObject({
      actor: peter.subject,
      action: 'member_joined',
      subject: peter.subject,
      detail: { organizationId, role: 'member' },
    });
    await peter.me();
    expect(await auditOf(body.id)).toHaveLength(2);
  });

  test('is not made with the organisation of another', async () => {
    const organizationId = newOrganization();
    await createTenant(service, { organizationId });
    const name = `Twice ${organizationId}`;
    expect(outcomeOf(await operator.post('/v1/tenants', { name, organizationId }))).toEqual([
      409,
      'organization_taken',
    ]);
    expect(await service.sql('SELECT FROM foothold.tenant WHERE name = $1', [name])).toEqual([]);
  });

  test.each([
    ['no name', {}],
    ['an empty name', { name: '' }],
    ['a blank name', { name: '  ' }],
    ['a long name', { name: 'x'.repeat(201) }],
    ['a number for a name', { name: 7 }],
    ['a null organisation', { name: 'A', organizationId: null }],
    ['an organisation that is none', { name: 'A', organizationId: 'acme' }],
    ['an empty reason', { name: 'A', reason: '' }],
    ['an unknown field', { name: 'A', owner: 'me' }],
  ])('is refused with %s', async (_, body) => {
    expect(outcomeOf(await operator.post('/v1/tenants', body))).toEqual([422, 'invalid_request']);
  });
});

describe('a change of a tenant', () => {
  test('of its name is for owners and admins, and is audited with its reason', async () => {
    expect((await asAdmin.change({ name: 'Acme Inc', reason: 'merger' })).body).toMatchObject({ name: 'Acme Inc' });
    expect(await auditOf()).toEqual([
      {
        actor: admin.subject,
        action: 'tenant_renamed',
        subject: null,
        reason: 'merger',
        detail: { from: 'Acme', to: 'Acme Inc', as: 'admin' },
      },
    ]);
    expect((await owner.me()).body.tenant.name).toBe('Acme Inc');
  });

  test('that changes nothing succeeds and leaves no trace', async () => {
    const before = await asOwner.show();
    expect((await asOwner.change({ name: 'Acme', status: 'active' })).body).toEqual(before.body);
    expect(await auditOf()).toEqual([]);
  });

  test.each([
    ['nothing', {}],
    ['a reason only', { reason: 'because' }],
    ['a null name', { name: null }],
    ['a null status', { status: null }],
    ['a status that nobody sets', { status: 'archived' }],
    ['an unknown field', { name: 'A', plan: 'free' }],
  ])('is refused with %s', async (_, body) => {
    expect(outcomeOf(await asOwner.change(body))).toEqual([422, 'invalid_request']);
  });
});

describe('the organisation of a tenant', () => {
  test('is connected by the platform only, because its people become members', async () => {
    const organizationId = newOrganization();
    for (const to of [asOwner, asAdmin]) {
      expect(outcomeOf(await to.change({ organizationId }))).toEqual([403, 'forbidden']);
      expect(outcomeOf(await to.change({ organizationId: null }))).toEqual([403, 'forbidden']);
    }
    expect((await asPlatform.change({ organizationId })).body.organizationId).toBe(organizationId);
    const colleague = service.person(undefined, { org_id: organizationId });
    expect((await colleague.view()).body.tenantId).toBe(tenantId);
  });

  test('is replaced and disconnected, after which its login is unknown', async () => {
    const [one, other] = [newOrganization(), newOrganization()];
    await asPlatform.change({ organizationId: one });
    await asPlatform.change({ organizationId: other });
    expect(outcomeOf(await service.person(undefined, { org_id: one }).view())).toEqual([403, 'organization_unknown']);
    expect((await asPlatform.change({ organizationId: null })).body.organizationId).toBeNull();
    expect(outcomeOf(await service.person(undefined, { org_id: other }).view())).toEqual([403, 'organization_unknown']);
    const changes = (await auditOf()).toReversed().map(({ action, detail: { from, to } }: any) => [action, from, to]);
    expect(changes).toEqual([
      ['organization_changed', null, one],
      ['organization_changed', one, other],
      ['organization_changed', other, null],
    ]);
  });

  test('cannot be taken from another tenant, which is told', async () => {
    const organizationId = newOrganization();
    await createTenant(service, { organizationId });
    expect(outcomeOf(await asPlatform.change({ organizationId, name: 'New' }))).toEqual([409, 'organization_taken']);
    expect((await asPlatform.show()).body).toMatchObject({ organizationId: null, name: 'Acme' });
  });
});

describe('closing a tenant', () => {
  test('is for owners, ends the work of everybody at once, and says until when it can be undone', async () => {
    expect(outcomeOf(await asAdmin.change({ status: 'closed' }))).toEqual([403, 'forbidden']);
    expect((await member.view()).status).toBe(200);
    const { body } = await asOwner.change({ status: 'closed', reason: 'gone' });
    const graceMs = new Date(body.reopenableUntil).getTime() - new Date(body.closedAt).getTime();
    expect([body.status, graceMs / 86_400_000]).toEqual(['closed', 30]);
    expect(outcomeOf(await member.view())).toEqual([403, 'tenant_closed']);
    expect(await auditOf()).toMatchObject([{ action: 'tenant_closed', reason: 'gone' }]);
  });

  test('again is no error', async () => {
    const first = await asOwner.change({ status: 'closed' });
    expect((await asOwner.change({ status: 'closed' })).body).toEqual(first.body);
    expect(await auditOf()).toHaveLength(1);
  });

  test.each(['owner', 'platform'])('is undone by the %s, with all members as they were', async (who) => {
    await asOwner.change({ status: 'closed' });
    const by = who === 'owner' ? asOwner : asPlatform;
    expect(outcomeOf(await by.change({ name: 'Acme Inc' }))).toEqual([403, 'tenant_closed']);
    const { body } = await by.change({ status: 'active', name: 'Acme Inc', reason: 'back' });
    expect(body).toMatchObject({ status: 'active', name: 'Acme Inc', closedAt: null, reopenableUntil: null });
    expect((await member.view()).status).toBe(200);
    const actions = (await auditOf()).map(({ action }: any) => action);
    expect(actions.toSorted()).toEqual(['tenant_closed', 'tenant_renamed', 'tenant_reopened']);
  });

  test('is not for drafts', async () => {
    const person = service.person();
    const draft = new Administering(person, (await person.me()).body.tenant.id);
    for (const status of ['closed', 'active']) {
      expect(outcomeOf(await draft.change({ status }))).toEqual([409, 'tenant_status_conflict']);
    }
    expect((await draft.change({ name: 'My own' })).body).toMatchObject({ name: 'My own', status: 'draft' });
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

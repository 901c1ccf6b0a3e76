import { accept, Administering, outcomeOf } from '../support/administration.js';
import type { Api } from '../support/api.js';
import { TestService } from '../support/service.js';
import { staffed, type Staff } from '../support/staff.js';
import { createTenant, newOrganization } from '../support/tenants.js';

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
        impersonator: null,
        action: 'tenant_created',
        subject: null,
        reason: 'signed the contract',
        detail: { name: 'Initech', as: 'platform' },
      },
    ]);
  });

  test('takes in whoever logs in to its organisation, audits that, and mirrors them', async () => {
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
    const mirrors = 'SELECT tenant_id, wanted FROM foothold.auth0_mirror WHERE subject = $1';
    expect(await service.sql(mirrors, [peter.subject])).toEqual([{ tenant_id: body.id, wanted: 1 }]);
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
        impersonator: null,
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

  test('is a change of the tenant: a draft that has got one is not archived as if nobody had touched it', async () => {
    const person = service.person();
    const { tenantId: draft } = (await person.view()).body;
    await service.sql(
      `UPDATE foothold.tenant SET created_at = '2026-01-01', updated_at = '2026-01-01' WHERE tenant_id = $1`,
      [draft],
    );
    const connected = await new Administering(operator, draft).change({ organizationId: newOrganization() });
    expect(connected.body.updatedAt).not.toBe(connected.body.createdAt);
    await accept(person, await asOwner.token('member'));
    expect((await person.me()).body.tenants.map(({ id }: any) => id)).toContain(draft);
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

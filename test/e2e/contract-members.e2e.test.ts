import { accept, Administering, allItems, outcomeOf } from '../support/administration.js';
import type { Api } from '../support/api.js';
import { newSubject, TestService } from '../support/service.js';
import { staffed, type Staff } from '../support/staff.js';

let service: TestService;
let { owner, admin, member, tenantId, asOwner, asAdmin, asPlatform } = {} as Staff;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());
beforeEach(async () => {
  ({ owner, admin, member, tenantId, asOwner, asAdmin, asPlatform } = await staffed(service));
});

const roleOf = async ({ subject }: Api) => {
  const tables = ['member', 'membership'].map((table) =>
    service.sql(`SELECT role, status FROM foothold.${table} WHERE tenant_id = $1 AND subject = $2`, [
      tenantId,
      subject,
    ]),
  );
  const [[proof], [directory]] = (await Promise.all(tables)) as [any[], any[]];
  expect(directory).toEqual(proof);
  return proof.status === 'active' ? proof.role : proof.status;
};
const newestEntry = async () => (await asPlatform.entries())[0];
const entries = async () => (await asPlatform.entries()).length;
const mirrorOf = async ({ subject }: Api) =>
  (
    await service.sql('SELECT wanted FROM foothold.auth0_mirror WHERE tenant_id = $1 AND subject = $2', [
      tenantId,
      subject,
    ])
  )[0]?.wanted;

describe('the list of members', () => {
  test('is in the order of their subjects, page by page', async () => {
    const items = await allItems((query) => asAdmin.members(query), 2);
    expect(items.map(({ subject }) => subject)).toEqual(
      [owner, admin, member].map(({ subject }) => subject).toSorted(),
    );
    expect(items.find(({ subject }) => subject === admin.subject)).toEqual({
      subject: admin.subject,
      role: 'admin',
      status: 'active',
      joinedAt: expect.any(String),
      updatedAt: expect.any(String),
    });
  });

  test('is of those who are, or of those who were', async () => {
    await asOwner.remove(member.subject);
    expect((await asOwner.members()).body.items).toHaveLength(2);
    expect((await asOwner.members('?status=removed')).body.items).toMatchObject([
      { subject: member.subject, status: 'removed' },
    ]);
    expect(outcomeOf(await asOwner.members('?status=gone'))).toEqual([422, 'invalid_request']);
  });

  test('can be read on from a subject with any characters that Auth0 has', async () => {
    const subjects = ['samlp|ü@x|1', 'waad|a b', 'zz|%25"'];
    for (const subject of subjects) await accept(service.person(subject), await asOwner.token());
    const items = await allItems((query) => asOwner.members(query), 1);
    expect(items.map(({ subject }) => subject)).toEqual(expect.arrayContaining(subjects));
    for (const subject of subjects) expect((await asOwner.remove(subject)).status).toBe(204);
  });
});

describe('a role', () => {
  test('is changed at once, mirrored, and audited with who, whom, what and why', async () => {
    expect((await asOwner.changeMember(member.subject, { role: 'admin', reason: 'runs support' })).body).toMatchObject({
      subject: member.subject,
      role: 'admin',
    });
    expect((await new Administering(member, tenantId).audit()).body.items[0]).toMatchObject({
      actor: owner.subject,
      action: 'role_changed',
      subject: member.subject,
      reason: 'runs support',
      detail: { from: 'member', to: 'admin', as: 'owner' },
    });
    expect([await roleOf(member), await mirrorOf(member)]).toEqual(['admin', 1]);
    expect((await member.me()).body.tenant.role).toBe('admin');
  });

  test('that stays the same leaves no trace', async () => {
    expect((await asOwner.changeMember(member.subject, { role: 'member' })).status).toBe(200);
    expect(await entries()).toBe(0);
  });

  test('of owner is neither given nor taken by an admin', async () => {
    for (const [who, role] of [
      [member, 'owner'],
      [admin, 'owner'],
      [owner, 'member'],
      [owner, 'owner'],
    ] as const) {
      expect(outcomeOf(await asAdmin.changeMember(who.subject, { role }))).toEqual([403, 'forbidden']);
    }
    expect(outcomeOf(await asAdmin.remove(owner.subject))).toEqual([403, 'forbidden']);
    expect(await Promise.all([owner, admin, member].map(roleOf))).toEqual(['owner', 'admin', 'member']);
  });

  test('of admin is given and taken by admins', async () => {
    expect((await asAdmin.changeMember(member.subject, { role: 'admin' })).status).toBe(200);
    expect((await asAdmin.changeMember(admin.subject, { role: 'member' })).status).toBe(200);
    expect(await Promise.all([admin, member].map(roleOf))).toEqual(['member', 'admin']);
  });

  test.each([
    ['nothing', {}],
    ['a reason only', { reason: 'x' }],
    ['an unknown role', { role: 'root' }],
    ['a null role', { role: null }],
    ['a status that is not for this', { status: 'removed' }],
    ['an unknown field', { role: 'admin', subject: 'other' }],
  ])('is not changed by %s', async (_, body) => {
    expect(outcomeOf(await asOwner.changeMember(member.subject, body))).toEqual([422, 'invalid_request']);
  });

  test('of somebody unknown is 404, and of a subject that cannot be, 422', async () => {
    expect(outcomeOf(await asOwner.changeMember(newSubject(), { role: 'admin' }))).toEqual([404, 'member_not_found']);
    expect(outcomeOf(await asOwner.remove(newSubject()))).toEqual([404, 'member_not_found']);
    for (const subject of ['a\0b', 'x'.repeat(256)]) {
      expect(outcomeOf(await asOwner.changeMember(subject, { role: 'admin' }))).toEqual([422, 'invalid_request']);
      expect(outcomeOf(await asOwner.remove(subject))).toEqual([422, 'invalid_request']);
    }
  });
});

describe('the last owner', () => {
  test.each(['asOwner', 'asPlatform'])('can neither leave nor be demoted (%s)', async (who) => {
    const by = who === 'asOwner' ? asOwner : asPlatform;
    expect(outcomeOf(await by.remove(owner.subject))).toEqual([409, 'last_owner']);
    for (const role of ['admin', 'member']) {
      expect(outcomeOf(await by.changeMember(owner.subject, { role }))).toEqual([409, 'last_owner']);
    }
    expect([await roleOf(owner), await entries()]).toEqual(['owner', 0]);
  });

  test('can, once there is another one; one who was removed does not count', async () => {
    await asOwner.changeMember(admin.subject, { role: 'owner' });
    await asOwner.remove(admin.subject);
    expect(outcomeOf(await asOwner.remove(owner.subject))).toEqual([409, 'last_owner']);
    await asOwner.changeMember(member.subject, { role: 'owner' });
    expect((await asOwner.remove(owner.subject)).status).toBe(204);
    expect(await newestEntry()).toMatchObject({ action: 'member_left', actor: owner.subject, subject: owner.subject });
  });
});

describe('somebody who is removed', () => {
  test('has no access from that moment, on every route', async () => {
    expect((await member.view()).status).toBe(200);
    expect((await asAdmin.remove(member.subject, '?reason=left%20the%20company')).status).toBe(204);
    for (const answer of await Promise.all([
      member.inTenant(tenantId).view(),
      member.inTenant(tenantId).me(),
      member.inTenant(tenantId).history(),
      member.inTenant(tenantId).move({ step: 'profile', action: 'complete' }, {}, 'member_tour'),
      new Administering(member, tenantId).show(),
    ])) {
      expect(outcomeOf(answer)).toEqual([404, 'tenant_not_found']);
    }
    expect([await roleOf(member), await mirrorOf(member)]).toEqual(['removed', 1]);
  });

  test('is told so in the audit log, with the reason', async () => {
    await asAdmin.remove(member.subject, '?reason=left%20the%20company');
    expect(await newestEntry()).toMatchObject({
      actor: admin.subject,
      action: 'member_removed',
      subject: member.subject,
      reason: 'left the company',
      detail: { role: 'member', as: 'admin' },
    });
  });

  test.each(['', 'x'.repeat(501), 'a%00b', 'a&reason=b'])('is not removed with the reason "%s"', async (reason) => {
    expect(outcomeOf(await asAdmin.remove(member.subject, `?reason=${reason}`))).toEqual([422, 'invalid_request']);
    expect(await roleOf(member)).toBe('member');
  });

  test('does not come back by logging in to the organisation', async () => {
    await asPlatform.change({ organizationId: 'org_members' });
    await asOwner.remove(member.subject);
    const again = service.person(member.subject, { org_id: 'org_members' });
    for (const answer of [await again.view(), await again.me()]) {
      expect(outcomeOf(answer)).toEqual([403, 'membership_removed']);
    }
  });

  test('is brought back by name, with their old role or another one', async () => {
    await asOwner.remove(admin.subject);
    await asOwner.remove(member.subject);
    expect(outcomeOf(await asOwner.changeMember(member.subject, { role: 'admin' }))).toEqual([404, 'member_not_found']);
    expect((await asOwner.changeMember(admin.subject, { status: 'active', reason: 'returned' })).body).toMatchObject({
      role: 'admin',
      status: 'active',
    });
    expect(await newestEntry()).toMatchObject({
      action: 'member_reinstated',
      subject: admin.subject,
      reason: 'returned',
    });
    await asAdmin.changeMember(member.subject, { status: 'active', role: 'admin' });
    expect(await Promise.all([admin, member].map(roleOf))).toEqual(['admin', 'admin']);
    expect((await admin.view()).body.tenantId).toBe(tenantId);
  });

  test('as an owner is not brought back by an admin', async () => {
    await asOwner.changeMember(member.subject, { role: 'owner' });
    await asOwner.remove(member.subject);
    for (const body of [{ status: 'active' }, { status: 'active', role: 'member' }]) {
      expect(outcomeOf(await asAdmin.changeMember(member.subject, body))).toEqual([403, 'forbidden']);
    }
  });

  test('twice is no error, and is told once', async () => {
    expect((await asOwner.remove(member.subject)).status).toBe(204);
    expect((await asOwner.remove(member.subject)).status).toBe(204);
    expect(await entries()).toBe(1);
  });
});

test('everybody may leave, and then has a draft of their own', async () => {
  expect((await new Administering(member, tenantId).remove(member.subject)).status).toBe(204);
  expect((await member.me()).body.tenant).toMatchObject({ status: 'draft', role: 'owner' });
});

test('the owner of a draft who hands it over and leaves gets another draft', async () => {
  const [one, other] = [service.person(), service.person()];
  const draft = new Administering(one, (await one.me()).body.tenant.id);
  await accept(other, await draft.token('owner'));
  const taken = new Administering(other, draft.tenantId);
  expect((await taken.remove(one.subject)).status).toBe(204);
  const mine = (await one.me()).body.tenant;
  expect(mine).toMatchObject({ status: 'draft', role: 'owner' });
  expect(mine.id).not.toBe(draft.tenantId);
  expect((await other.me()).body.tenant).toMatchObject({ id: draft.tenantId, role: 'owner' });
});

describe('the open invitations of somebody', () => {
  const openRoles = async () =>
    (await asPlatform.invitations()).body.items.map(({ role }: { role: string }) => role).toSorted();

  test('end when they are removed', async () => {
    const token = await asAdmin.token('admin');
    await asOwner.token('member');
    await asOwner.remove(admin.subject);
    expect(outcomeOf(await accept(service.person(), token))).toEqual([410, 'invitation_revoked']);
    expect(await openRoles()).toEqual(['member']);
  });

  test('end where their new role could not have made them', async () => {
    await asOwner.changeMember(admin.subject, { role: 'owner' });
    for (const role of ['owner', 'admin', 'member']) await asAdmin.token(role);
    await asOwner.changeMember(admin.subject, { role: 'admin' });
    expect(await openRoles()).toEqual(['admin', 'member']);
    await asOwner.changeMember(admin.subject, { role: 'member' });
    expect(await openRoles()).toEqual([]);
  });
});

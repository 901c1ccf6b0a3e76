import { randomUUID } from 'node:crypto';
import { accept, Administering, allItems, outcomeOf } from '../support/administration.js';
import type { Api } from '../support/api.js';
import { newSubject, TestService } from '../support/service.js';
import { staffed, type Staff } from '../support/staff.js';
import { createTenant } from '../support/tenants.js';

let service: TestService;
let { owner, admin, tenantId, asOwner, asAdmin, asPlatform } = {} as Staff;
let guest: Api;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());
beforeEach(async () => {
  ({ owner, admin, tenantId, asOwner, asAdmin, asPlatform } = await staffed(service));
  guest = service.person();
});

const memberships = ({ subject }: Api) =>
  service.sql(`SELECT tenant_id, role FROM foothold.membership WHERE subject = $1 AND status = 'active'`, [subject]);
const newestEntry = async () => (await asPlatform.entries())[0];

describe('an invitation', () => {
  test('is a token told once, of which only the hash is kept', async () => {
    const { status, body } = await asOwner.invite('admin', { reason: 'Grace, finance' });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String),
      role: 'admin',
      reason: 'Grace, finance',
      invitedBy: owner.subject,
      createdAt: expect.any(String),
      expiresAt: expect.any(String),
      token: expect.stringMatching(/^fhi_[A-Za-z0-9_-]{86}$/),
    });
    const lifetimeMs = new Date(body.expiresAt).getTime() - new Date(body.createdAt).getTime();
    expect(lifetimeMs / 86_400_000).toBe(7);
    const stored = JSON.stringify(await service.sql('SELECT * FROM foothold.invitation'));
    const told = JSON.stringify(await service.sql('SELECT * FROM foothold.audit'));
    expect(stored + told).not.toContain(body.token);
    expect(stored + told).not.toContain(body.token.slice(-43));
  });

  test('is audited with who, what and why', async () => {
    const { body } = await asAdmin.invite('member', { reason: 'Grace' });
    expect(await newestEntry()).toMatchObject({
      actor: admin.subject,
      action: 'member_invited',
      subject: null,
      reason: 'Grace',
      detail: { invitationId: body.id, role: 'member', as: 'admin' },
    });
  });

  test('to be an owner is for owners and the platform', async () => {
    expect(outcomeOf(await asAdmin.invite('owner'))).toEqual([403, 'forbidden']);
    for (const [by, role] of [
      [asAdmin, 'admin'],
      [asOwner, 'owner'],
      [asPlatform, 'owner'],
    ] as const) {
      expect((await by.invite(role)).status).toBe(201);
    }
  });

  test.each([
    ['no role', {}],
    ['an unknown role', { role: 'root' }],
    ['a null role', { role: null }],
    ['an e-mail address', { role: 'member', email: 'grace@acme.example' }],
    ['a long reason', { role: 'member', reason: 'x'.repeat(501) }],
  ])('is not made with %s', async (_, body) => {
    expect(outcomeOf(await owner.post(asOwner.at('/members'), body))).toEqual([422, 'invalid_request']);
  });
});

describe('accepting an invitation', () => {
  test.each(['owner', 'admin', 'member'])('makes the person a member with its role, %s', async (role) => {
    const { status, body } = await accept(guest, await asOwner.token(role));
    expect([status, body]).toEqual([200, { id: tenantId, name: 'Acme', status: 'active', role }]);
    expect((await guest.view()).body.tenantId).toBe(tenantId);
    expect(await memberships(guest)).toEqual([{ tenant_id: tenantId, role }]);
    expect((await asOwner.invitations()).body.items).toEqual([]);
    expect(await newestEntry()).toMatchObject({
      actor: guest.subject,
      action: 'invitation_accepted',
      subject: guest.subject,
      detail: { role, invitedBy: owner.subject },
    });
  });

  test('makes the mirror due, so that Auth0 learns of the tenant', async () => {
    await accept(guest, await asOwner.token());
    const rows = await service.sql('SELECT tenant_id, wanted FROM foothold.auth0_mirror WHERE subject = $1', [
      guest.subject,
    ]);
    expect(rows).toEqual([{ tenant_id: tenantId, wanted: 1 }]);
  });

  test('again by the same person is answered the same, and changes nothing', async () => {
    const token = await asOwner.token('admin');
    const first = await accept(guest, token);
    expect(await accept(guest, token)).toMatchObject({ status: 200, body: first.body });
    expect((await asPlatform.audit()).body.items).toHaveLength(2);
  });

  test('again after their role changed tells the role that they have', async () => {
    const token = await asOwner.token('admin');
    await accept(guest, token);
    await asOwner.changeMember(guest.subject, { role: 'member' });
    expect((await accept(guest, token)).body.role).toBe('member');
  });

  test('by somebody else is 409 invitation_used', async () => {
    const token = await asOwner.token();
    await accept(guest, token);
    const other = service.person();
    expect(outcomeOf(await accept(other, token))).toEqual([409, 'invitation_used']);
    expect(await memberships(other)).toEqual([]);
  });

  test('by a member is 409 already_member, and leaves it open for another', async () => {
    const token = await asOwner.token('owner');
    expect(outcomeOf(await accept(admin, token))).toEqual([409, 'already_member']);
    expect(await memberships(admin)).toEqual([{ tenant_id: tenantId, role: 'admin' }]);
    expect((await accept(guest, token)).status).toBe(200);
  });

  test('made before the removal of the person is 403 membership_removed, also the one that they came by', async () => {
    const token = await asOwner.token();
    await accept(guest, token);
    const open = [await asOwner.token(), await asOwner.token('owner')];
    await asOwner.remove(guest.subject);
    for (const each of [token, ...open]) {
      expect(outcomeOf(await accept(guest, each))).toEqual([403, 'membership_removed']);
    }
    expect(await memberships(guest)).toEqual([]);
  });

  test('that was revoked is 410 invitation_revoked', async () => {
    const { body } = await asOwner.invite();
    expect((await asOwner.revoke(body.id)).status).toBe(204);
    expect(outcomeOf(await accept(guest, body.token))).toEqual([410, 'invitation_revoked']);
  });

  test('that has expired is 410 invitation_expired', async () => {
    const { body } = await asOwner.invite();
    await service.sql('UPDATE foothold.invitation SET expires_at = now() WHERE invitation_id = $1', [body.id]);
    expect(outcomeOf(await accept(guest, body.token))).toEqual([410, 'invitation_expired']);
    expect((await asOwner.invitations()).body.items).toEqual([]);
    expect((await asOwner.revoke(body.id)).status).toBe(204);
  });

  test('into a closed tenant is 403 tenant_closed, and works once it is open again', async () => {
    const token = await asOwner.token();
    await asOwner.change({ status: 'closed' });
    expect(outcomeOf(await accept(guest, token))).toEqual([403, 'tenant_closed']);
    expect(await memberships(guest)).toEqual([]);
    await asOwner.change({ status: 'active' });
    expect((await accept(guest, token)).status).toBe(200);
  });

  test('that nobody made is 404 invitation_not_found, whatever its token looks like', async () => {
    const { body } = await asOwner.invite();
    const other = await createTenant(service, { members: { [newSubject()]: 'owner' } });
    const bytes = Buffer.from(body.token.slice(4), 'base64url');
    const elsewhere = Buffer.concat([Buffer.from(other.replaceAll('-', ''), 'hex'), bytes.subarray(16)]);
    const otherSecret = Buffer.concat([bytes.subarray(0, 63), Buffer.from([bytes[63]! ^ 1])]);
    const tokens = [
      'x',
      body.id,
      body.token.slice(4),
      body.token.toUpperCase(),
      `fhi_${randomUUID()}`,
      `fhi_${elsewhere.toString('base64url')}`,
      `fhi_${otherSecret.toString('base64url')}`,
    ];
    for (const token of tokens) expect(outcomeOf(await accept(guest, token))).toEqual([404, 'invitation_not_found']);
    expect(await memberships(guest)).toEqual([]);
  });

  test.each([
    {},
    { token: 7 },
    { token: null },
    { token: '' },
    { token: 'x'.repeat(201) },
    { token: 'x', role: 'owner' },
  ])('is 422 with %j', async (body) => {
    expect(outcomeOf(await guest.post('/v1/invitations/accept', body))).toEqual([422, 'invalid_request']);
  });

  test('is for people', async () => {
    const token = await asOwner.token();
    expect(outcomeOf(await accept(service.operator(), token))).toEqual([403, 'forbidden']);
  });

  test('looks for no tenant: neither the header nor the organisation of the login matter', async () => {
    const [one, other] = [await asOwner.token(), await asOwner.token()];
    expect((await accept(guest.inTenant(randomUUID()), one)).status).toBe(200);
    const elsewhere = service.person(undefined, { org_id: 'org_unknown' });
    expect((await accept(elsewhere, other)).status).toBe(200);
  });
});

describe('open invitations', () => {
  test('are listed newest first, page by page, without their tokens', async () => {
    const made = [];
    for (const role of ['member', 'admin', 'owner', 'member', 'admin']) made.push((await asOwner.invite(role)).body);
    const items = await allItems((query) => asAdmin.invitations(query), 2);
    expect(items.map(({ id }) => id)).toEqual(made.map(({ id }) => id).toReversed());
    const { token: _, ...shown } = made[0];
    expect(items.at(-1)).toEqual(shown);
  });

  test('are revoked by owners and admins, with a reason, and no longer listed', async () => {
    const { body } = await asOwner.invite('member');
    expect((await asAdmin.revoke(body.id, '?reason=sent%20to%20the%20wrong%20one')).status).toBe(204);
    expect((await asOwner.invitations()).body.items).toEqual([]);
    expect(await newestEntry()).toMatchObject({
      actor: admin.subject,
      action: 'invitation_revoked',
      reason: 'sent to the wrong one',
      detail: { invitationId: body.id, role: 'member' },
    });
    expect((await asAdmin.revoke(body.id)).status).toBe(204);
    expect((await asPlatform.audit()).body.items).toHaveLength(2);
  });

  test('that would make an owner are not revoked by an admin', async () => {
    const { body } = await asOwner.invite('owner');
    expect(outcomeOf(await asAdmin.revoke(body.id))).toEqual([403, 'forbidden']);
    expect((await asOwner.invitations()).body.items).toHaveLength(1);
  });

  test('that are none cannot be revoked, and each refusal says why', async () => {
    const { body } = await asOwner.invite();
    await accept(guest, body.token);
    const other = service.person();
    const elsewhere = new Administering(other, await createTenant(service, { members: { [other.subject]: 'owner' } }));
    expect(outcomeOf(await asOwner.revoke(body.id))).toEqual([409, 'invitation_used']);
    expect(outcomeOf(await asOwner.revoke(randomUUID()))).toEqual([404, 'invitation_not_found']);
    expect(outcomeOf(await elsewhere.revoke(body.id))).toEqual([404, 'invitation_not_found']);
    expect(outcomeOf(await asOwner.revoke('first'))).toEqual([422, 'invalid_request']);
    expect((await guest.view()).status).toBe(200);
  });
});

import { accept, Administering, outcomeOf } from '../support/administration.js';
import type { Api } from '../support/api.js';
import { newSubject, TestService } from '../support/service.js';
import { staffed, type Staff } from '../support/staff.js';
import { removeMember } from '../support/tenants.js';
import { tracesOf } from '../support/traces.js';

let service: TestService;
let { owner, admin, tenantId, asOwner, asAdmin, asPlatform } = {} as Staff;
/** A member who came by an invitation and was removed. */
let guest: Api;
let firstToken: string;
/** An invitation that was open when the guest was removed. */
let earlierToken: string;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());
beforeEach(async () => {
  ({ owner, admin, tenantId, asOwner, asAdmin, asPlatform } = await staffed(service));
  guest = service.person();
  firstToken = await asOwner.token('admin');
  await accept(guest, firstToken);
  earlierToken = await asOwner.token('owner');
  await asOwner.remove(guest.subject);
});

const membershipsOf = ({ subject }: Api) =>
  service.sql('SELECT role, status FROM foothold.membership WHERE subject = $1 AND tenant_id = $2', [
    subject,
    tenantId,
  ]);
const newestEntry = async () => (await asPlatform.entries())[0];

test('C14: an invitation made after the removal brings a removed member back, with its role', async () => {
  const { body: invitation } = await asAdmin.invite('member');
  expect(await accept(guest, invitation.token)).toMatchObject({ status: 200, body: { id: tenantId, role: 'member' } });
  expect(await membershipsOf(guest)).toEqual([{ role: 'member', status: 'active' }]);
  expect((await guest.inTenant(tenantId).me()).body.tenant).toMatchObject({ id: tenantId, role: 'member' });
  expect(await newestEntry()).toMatchObject({
    actor: guest.subject,
    action: 'invitation_accepted',
    subject: guest.subject,
    detail: { invitationId: invitation.id, invitedBy: admin.subject, role: 'member', wasRemoved: true },
  });
  // Sent again by the same person it is answered the same; it is used for everyone else.
  expect((await accept(guest, invitation.token)).status).toBe(200);
  expect(outcomeOf(await accept(service.person(), invitation.token))).toEqual([409, 'invitation_used']);
});

test('C14: an invitation made before the removal does not, also after a later one did', async () => {
  for (const token of [firstToken, earlierToken]) {
    expect(outcomeOf(await accept(guest, token))).toEqual([403, 'membership_removed']);
  }
  const later = await asOwner.token();
  expect((await accept(guest, later)).status).toBe(200);
  await asOwner.remove(guest.subject);
  for (const token of [firstToken, earlierToken, later]) {
    expect(outcomeOf(await accept(guest, token))).toEqual([403, 'membership_removed']);
  }
  expect(await membershipsOf(guest)).toEqual([{ role: 'member', status: 'removed' }]);
  expect((await accept(guest, await asOwner.token())).status).toBe(200);
});

test('C14: the order does not come from clocks', async () => {
  const later = await asOwner.token();
  await service.sql(
    `UPDATE foothold.invitation SET created_at = created_at + CASE role WHEN 'member' THEN -1 ELSE 1 END * interval '1 hour'
     WHERE tenant_id = $1 AND accepted_at IS NULL`,
    [tenantId],
  );
  expect(outcomeOf(await accept(guest, earlierToken))).toEqual([403, 'membership_removed']);
  expect((await accept(guest, later)).status).toBe(200);
});

test('C14: no removed member invites themselves back, and the maker of the invitation must still be allowed to invite', async () => {
  const support = service.person(guest.subject, { permissions: ['platform:admin'] });
  const own = await support.post(asOwner.at('/members'), { role: 'member' });
  expect(own.status).toBe(201);
  expect(outcomeOf(await accept(guest, own.body.token))).toEqual([403, 'membership_removed']);

  const token = await asAdmin.token();
  await asOwner.changeMember(admin.subject, { role: 'member' });
  expect(outcomeOf(await accept(guest, token))).toEqual([410, 'invitation_revoked']);
});

test('C14: a login to the organisation still does not bring a removed member back, invited again or not', async () => {
  const organizationId = 'org_again';
  await asPlatform.change({ organizationId });
  const login = service.person(guest.subject, { org_id: organizationId });
  const token = await asOwner.token();
  expect(outcomeOf(await login.view())).toEqual([403, 'membership_removed']);
  expect((await accept(login, token)).status).toBe(200);
  expect((await login.view()).body.tenantId).toBe(tenantId);
});

test('C14: a removal by the previous build, which keeps no order, stays one', async () => {
  const member = service.person();
  await accept(member, await asOwner.token());
  const token = await asOwner.token();
  await removeMember(service, tenantId, member.subject);
  expect(outcomeOf(await accept(member, token))).toEqual([403, 'membership_removed']);
  expect((await asOwner.changeMember(member.subject, { status: 'active' })).status).toBe(200);
  expect(await membershipsOf(owner)).toEqual([{ role: 'owner', status: 'active' }]);
});

test('C14: no invitation from before a removal counts that the previous build made of a member it had brought back', async () => {
  /** That build changes the rows of the member, and knows nothing of numbers. */
  const previousBuildSets = async (status: string): Promise<void> => {
    const values = [tenantId, guest.subject, status];
    const where = 'WHERE tenant_id = $1 AND subject = $2';
    await service.sql(`UPDATE foothold.member SET status = $3, updated_at = now() ${where}`, values);
    await service.sql(`UPDATE foothold.membership SET status = $3 ${where}`, values);
  };
  await previousBuildSets('active');
  const between = await asOwner.token();
  await previousBuildSets('removed');
  expect(outcomeOf(await accept(guest, between))).toEqual([403, 'membership_removed']);
  expect(await membershipsOf(guest)).toMatchObject([{ status: 'removed' }]);

  // This build notes the next removal again.
  expect((await asOwner.changeMember(guest.subject, { status: 'active' })).status).toBe(200);
  await asOwner.remove(guest.subject);
  expect(outcomeOf(await accept(guest, between))).toEqual([403, 'membership_removed']);
  expect((await accept(guest, await asOwner.token())).status).toBe(200);
});

describe('a user who acts with tokens of others', () => {
  const actingFor = (person: Api, sub: string): Api => service.person(person.subject, { act: { sub } });
  const invitedBy = (api: Api): Promise<string> => new Administering(api, tenantId).token();

  test('C14: does not bring a removed member back by inviting and accepting in two names', async () => {
    const support = `waad|${newSubject()}`;
    for (const [inviting, accepting] of [
      // Both ends of the invitation are held by the support user, by the guest, or by the admin.
      [actingFor(owner, support), actingFor(guest, support)],
      [actingFor(owner, guest.subject), guest],
      [admin, actingFor(guest, admin.subject)],
    ] as const) {
      const token = await invitedBy(inviting);
      expect(outcomeOf(await accept(accepting, token))).toEqual([403, 'membership_removed']);
    }
    expect(await membershipsOf(guest)).toMatchObject([{ status: 'removed' }]);
    const token = await invitedBy(actingFor(owner, support));
    expect((await accept(guest, token)).status).toBe(200);
  });

  test('C14: may do one of both', async () => {
    const token = await invitedBy(actingFor(owner, `waad|${newSubject()}`));
    expect((await accept(actingFor(guest, `waad|${newSubject()}`), token)).status).toBe(200);
  });

  test('C14: is forgotten with their invitations when they are erased', async () => {
    const token = await invitedBy(actingFor(owner, admin.subject));
    await asOwner.api.delete(`${asOwner.member(admin.subject)}/data?reason=asked`);
    await service.sql('DELETE FROM foothold.auth0_mirror WHERE subject = $1', [admin.subject]);
    expect(await tracesOf(service, [admin.subject])).toEqual([]);
    expect((await accept(guest, token)).status).toBe(200);
  });
});

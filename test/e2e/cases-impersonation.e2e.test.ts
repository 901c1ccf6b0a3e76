import { accept, Administering, outcomeOf } from '../support/administration.js';
import { key, type Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { newSubject, TestService } from '../support/service.js';
import { staffed } from '../support/staff.js';
import { tracesOf } from '../support/traces.js';
import { verified } from '../support/verified.js';
import { BUSINESS, tellBusiness } from '../support/workspace.js';

let service: TestService;
let person: Api;
let support: string;
/** The support tool, with a token of the person that it obtained by a token exchange. */
let impersonating: Api;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());
beforeEach(() => {
  person = service.person();
  support = `waad|${newSubject()}`;
  impersonating = service.person(person.subject, { act: { sub: support } });
});

const newestOf = async (api: Api, flow?: string): Promise<any> => (await api.history('', flow)).body.items[0];

describe('a token with an act claim', () => {
  test('C15: history names the person, the kind impersonated, and who acted', async () => {
    expect(
      (await impersonating.move({ step: 'business_info', action: 'complete', data: BUSINESS }, key())).status,
    ).toBe(200);
    expect(await newestOf(person)).toMatchObject({
      actor: person.subject,
      actorKind: 'impersonated',
      impersonator: support,
    });
    await person.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } });
    expect(await newestOf(person)).toMatchObject({ actor: person.subject, actorKind: 'member', impersonator: null });
    expect((await verified(service.database.appUrl)).findings).toEqual([]);
  });

  test('C15: of a chain of actors the outermost is the one who acts, and a machine may be it', async () => {
    const chain = { sub: 'support-tool@clients', act: { sub: 'someone-before' } };
    const tool = service.person(person.subject, { act: chain });
    await tool.move({ step: 'profile', action: 'complete', data: { displayName: 'Ada' } }, {}, 'member_tour');
    expect(await newestOf(person, 'member_tour')).toMatchObject({ impersonator: 'support-tool@clients' });
  });

  test('C15: the key of a request stays the person’s: the person may send it again', async () => {
    const same = key();
    const move = { step: 'business_info', action: 'complete', data: BUSINESS };
    expect((await impersonating.move(move, same)).body.applied).toBe(true);
    expect((await person.move(move, same)).body).toMatchObject({ applied: true, revision: 1 });
  });

  test.each([
    ['text'],
    [[]],
    [{}],
    [{ sub: '' }],
    [{ sub: 7 }],
    [{ sub: 'a\u0000b' }],
    [null],
    [{ sub: 'a'.repeat(256) }],
  ])('C15: %j as act is 401 with the reason', async (act) => {
    const { status, body } = await service.person(person.subject, { act }).view();
    expect([status, body.code]).toEqual([401, 'unauthenticated']);
    expect(body.detail).toContain('"act"');
  });
});

describe('an admin’s token with an act claim', () => {
  test('C15: history and audit log name who acted, for single repairs, bulk jobs and changes of the tenant', async () => {
    const { asOwner, owner, member, tenantId } = await staffed(service);
    const asSupport = new Administering(service.person(owner.subject, { act: { sub: support } }), tenantId);
    const path = asOwner.at(`/onboarding/member_tour`);
    const { subject } = member;
    const move = { step: 'profile', action: 'complete', data: { displayName: 'Grace' }, reason: 'By phone' };
    const moved = await asSupport.api.post(`${path}/members/${encodeURIComponent(subject)}/transitions`, move);
    expect(moved.status).toBe(200);
    expect(await newestOf(member, 'member_tour')).toMatchObject({
      actor: owner.subject,
      actorKind: 'admin',
      impersonator: support,
    });
    expect((await asOwner.entries())[0]).toMatchObject({ action: 'step_moved', impersonator: support });

    const job = await asSupport.api.post(`${path}/bulk`, {
      where: { subjects: [subject] },
      step: 'first_project',
      action: 'start',
      reason: 'All at once',
    });
    expect(job.status).toBe(202);
    await finished(asOwner, `${path}/bulk/${job.body.id}`);
    expect(await newestOf(member, 'member_tour')).toMatchObject({ actor: owner.subject, impersonator: support });

    const token = await asSupport.token();
    await accept(service.person(newSubject(), { act: { sub: support } }), token);
    expect((await asSupport.change({ name: 'Renamed' })).status).toBe(200);
    const named = (await asOwner.entries()).map(({ action, impersonator }: any) => [action, impersonator]);
    expect(named).toEqual(
      ['tenant_renamed', 'invitation_accepted', 'member_invited', 'bulk_started', 'step_moved'].map((action) => [
        action,
        support,
      ]),
    );
    expect((await asOwner.change({ name: 'Acme' })).status).toBe(200);
    expect((await asOwner.entries())[0]).toMatchObject({ action: 'tenant_renamed', impersonator: null });
  });
});

test('C15: erasing the one who acted, or the person, leaves the name of neither', async () => {
  const { asOwner, owner, admin, member, tenantId } = await staffed(service);
  await tellBusiness(owner.inTenant(tenantId));
  const acting = { act: { sub: admin.subject } };
  const asMember = service.person(member.subject, acting);
  await asMember.move({ step: 'profile', action: 'complete', data: { displayName: 'Grace' } }, {}, 'member_tour');
  const asSupport = new Administering(service.person(owner.subject, acting), tenantId);
  await asSupport.change({ name: 'Renamed' });
  await service
    .person(owner.subject, acting)
    .move({ step: 'subscription', action: 'complete', data: { plan: 'free' } });
  for (const { subject } of [admin, member]) {
    const { status } = await asOwner.api.delete(`${asOwner.member(subject)}/data?reason=asked`);
    expect(status).toBe(200);
    // What waits to be removed from Auth0 is the last that names them.
    await service.sql('DELETE FROM foothold.auth0_mirror WHERE subject = $1', [subject]);
    expect(await tracesOf(service, [subject])).toEqual([]);
  }
  expect((await verified(service.database.appUrl)).findings).toEqual([]);
});

describe('settings', () => {
  test('C15: IMPERSONATED_WRITES=refused refuses what changes anything, and lets reads and their counts through', async () => {
    const { asOwner, owner, tenantId } = await staffed(service);
    const strict = await service.startAnother({ IMPERSONATED_WRITES: 'refused' });
    /** With a token that the process has not seen before. */
    const another = () => service.person(owner.subject, { act: { sub: support }, jti: newSubject() }).at(strict);
    const api = another();
    expect((await api.view()).status).toBe(200);
    expect((await api.get(asOwner.at('/audit'))).status).toBe(200);
    const counts = { flow: 'workspace', counts: { database: 1, auth0: 0, cache: 0, default: 0 } };
    expect((await api.post('/v1/client-reads', counts)).status).toBe(204);
    for (const answer of [
      await api.move({ step: 'business_info', action: 'start' }),
      await another().move({ step: 'business_info', action: 'start' }),
      await api.patch(asOwner.at(), { name: 'Renamed' }),
      await api.delete(asOwner.member(owner.subject)),
      await api.post('/v1/invitations/accept', { token: 'x' }),
      await api.post(`/v1/tenants/${tenantId}/onboarding/workspace/attestations`, {}),
    ]) {
      expect(outcomeOf(answer)).toEqual([403, 'forbidden']);
      expect(answer.body.detail).toContain('IMPERSONATED_WRITES');
    }
    expect((await owner.at(strict).inTenant(tenantId).move({ step: 'business_info', action: 'start' })).status).toBe(
      200,
    );
  });

  test('C15: the support tool uses up its own share of requests, not the person’s', async () => {
    const limited = await service.startAnother({ RATE_LIMIT_BURST: '3', RATE_LIMIT_PER_SECOND: '0.001' });
    const tool = impersonating.at(limited);
    const statuses: number[] = [];
    for (let time = 1; time <= 5; time++) statuses.push((await tool.me()).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect((await person.at(limited).me()).status).toBe(200);
    const other = service.person(newSubject(), { act: { sub: support } }).at(limited);
    expect((await other.me()).status).toBe(429);
  });
});

async function finished({ api }: Administering, path: string): Promise<void> {
  await eventually(async () => (await api.get(path)).body.status === 'completed');
}

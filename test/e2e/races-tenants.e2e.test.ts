import { accept, Administering, outcomeOf } from '../support/administration.js';
import type { Answer, Api } from '../support/api.js';
import { holdProgress } from '../support/rolled-up.js';
import { TestService } from '../support/service.js';
import { sessionSetting } from '../support/session-setting.js';
import { createTenant } from '../support/tenants.js';
import { BUSINESS } from '../support/workspace.js';

const CROWD = 20;

let service: TestService;
let elsewhere: string;
let one: Api;
let other: Api;
let tenantId: string;
let asOne: Administering;
let asOther: Administering;

beforeAll(async () => {
  service = await TestService.start({
    // Two processes: enough sessions for the whole crowd to meet in PostgreSQL and not before it.
    env: { DATABASE_POOL_SIZE: String(CROWD / 2) },
    // Whoever is made to wait here must not give up and lose their place in the queue.
    prepare: sessionSetting('lock_timeout', '0'),
  });
  elsewhere = await service.startAnother();
});
afterAll(() => service.stop());
beforeEach(async () => {
  [one, other] = [service.person(), service.person()];
  tenantId = await createTenant(service, { members: { [one.subject]: 'owner', [other.subject]: 'owner' } });
  asOne = new Administering(one, tenantId);
  asOther = new Administering(other.at(elsewhere), tenantId);
});

/** All requests have been judged for the first time, and wait for the tenant, before the first of them goes on. */
async function atOnce(...calls: ReadonlyArray<() => Promise<Answer>>): Promise<Answer[]> {
  const held = await service.holding('SELECT FROM foothold.tenant WHERE tenant_id = $1 FOR UPDATE', [tenantId]);
  const answers = Promise.all(calls.map((call) => call()));
  await service.untilBlocked(calls.length).finally(() => held.release());
  return answers;
}

const sorted = (answers: Answer[]): string[] => answers.map((answer) => outcomeOf(answer).join(' ').trim()).toSorted();
const owners = async (): Promise<string[]> => {
  const rows = await service.sql(
    `SELECT subject FROM foothold.member WHERE tenant_id = $1 AND role = 'owner' AND status = 'active'`,
    [tenantId],
  );
  return rows.map(({ subject }) => subject);
};
const actions = async (): Promise<string[]> => {
  const rows = await service.sql('SELECT action FROM foothold.audit WHERE tenant_id = $1', [tenantId]);
  return rows.map(({ action }) => action).toSorted();
};

test('one token that twenty people accept at once lets in exactly one of them', async () => {
  const token = await asOne.token('admin');
  const people = Array.from({ length: CROWD }, (_, n) => service.person().at(n % 2 ? elsewhere : service.url));
  const answers = await atOnce(...people.map((person) => () => accept(person, token)));
  expect(sorted(answers)).toEqual(['200', ...Array(CROWD - 1).fill('409 invitation_used')]);
  const members = await service.sql(`SELECT subject FROM foothold.member WHERE tenant_id = $1 AND role = 'admin'`, [
    tenantId,
  ]);
  expect(members).toEqual([{ subject: people[answers.findIndex(({ status }) => status === 200)]!.subject }]);
  expect(await actions()).toEqual(['invitation_accepted', 'member_invited']);
});

test('one token that one person accepts twenty times at once is accepted once, and every answer says so', async () => {
  const token = await asOne.token();
  const person = service.person();
  const answers = await atOnce(
    ...Array.from({ length: CROWD }, (_, n) => () => accept(n % 2 ? person.at(elsewhere) : person, token)),
  );
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect(sorted(answers)).toEqual(Array(CROWD).fill('200'));
  expect(await actions()).toEqual(['invitation_accepted', 'member_invited']);
});

test('two tokens that one person accepts at once let them in once, and leave the other open', async () => {
  const tokens = [await asOne.token('member'), await asOne.token('admin')];
  const person = service.person();
  const answers = await atOnce(...tokens.map((token) => () => accept(person, token)));
  expect(sorted(answers)).toEqual(['200', '409 already_member']);
  expect((await asOne.invitations()).body.items).toHaveLength(1);
});

test('of two owners who demote each other at once one stays an owner', async () => {
  const answers = await atOnce(
    () => asOne.changeMember(other.subject, { role: 'admin' }),
    () => asOther.changeMember(one.subject, { role: 'admin' }),
  );
  expect(sorted(answers)).toEqual(['200', '403 forbidden']);
  expect(await owners()).toHaveLength(1);
  expect(await actions()).toEqual(['role_changed']);
});

test('of two owners who remove each other at once one stays', async () => {
  const answers = await atOnce(
    () => asOne.remove(other.subject),
    () => asOther.remove(one.subject),
  );
  expect(sorted(answers)).toEqual(['204', '404 tenant_not_found']);
  expect(await owners()).toHaveLength(1);
});

test('of two owners who leave at once one stays', async () => {
  const answers = await atOnce(
    () => asOne.remove(one.subject),
    () => asOther.remove(other.subject),
  );
  expect(sorted(answers)).toEqual(['204', '409 last_owner']);
  expect(await owners()).toHaveLength(1);
});

test('an invitation made while the tenant is closed lets nobody in', async () => {
  const [invited, closed] = (await atOnce(
    () => asOne.invite(),
    () => asOther.change({ status: 'closed' }),
  )) as [Answer, Answer];
  expect(closed.status).toBe(200);
  expect([201, 403]).toContain(invited.status);
  if (invited.status === 201) {
    expect(outcomeOf(await accept(service.person(), invited.body.token))).toEqual([403, 'tenant_closed']);
  }
});

test('an invitation accepted while the tenant is closed lets in, or does not, and nothing between', async () => {
  const [token, person] = [await asOne.token(), service.person()];
  const [accepted] = (await atOnce(
    () => accept(person, token),
    () => asOther.change({ status: 'closed' }),
  )) as [Answer, Answer];
  const members = await service.sql('SELECT status FROM foothold.member WHERE subject = $1', [person.subject]);
  expect([accepted.status, members]).toEqual(accepted.status === 200 ? [200, [{ status: 'active' }]] : [403, []]);
});

test('an invitation that is accepted and revoked at once is one of both', async () => {
  const { body } = await asOne.invite();
  const answers = await atOnce(
    () => accept(service.person(), body.token),
    () => asOther.revoke(body.id),
  );
  expect([
    ['200', '409 invitation_used'],
    ['204', '410 invitation_revoked'],
  ]).toContainEqual(sorted(answers));
});

test('what an admin asked for while they were removed is refused, and leaves nothing', async () => {
  const admin = service.person();
  await accept(admin, await asOne.token('admin'));
  const held = await service.holding('SELECT FROM foothold.tenant WHERE tenant_id = $1 FOR UPDATE', [tenantId]);
  const removed = asOther.remove(admin.subject);
  const invited = service.untilBlocked(1).then(() => new Administering(admin, tenantId).invite('admin'));
  await service.untilBlocked(2).finally(() => held.release());
  expect([outcomeOf(await removed), outcomeOf(await invited)]).toEqual([
    [204, undefined],
    [404, 'tenant_not_found'],
  ]);
  expect((await asOne.invitations()).body.items).toEqual([]);
});

test('a person who logs in to the organisation and accepts an invitation at once is one member', async () => {
  await new Administering(service.operator(), tenantId).change({ organizationId: 'org_race' });
  const [token, person] = [await asOne.token(), service.person(undefined, { org_id: 'org_race' })];
  const [accepted, ...views] = await Promise.all([
    accept(person, token),
    ...Array.from({ length: CROWD }, (_, n) => (n % 2 ? person.at(elsewhere) : person).view()),
  ]);
  expect(new Set(views.map(({ body }) => body.tenantId))).toEqual(new Set([tenantId]));
  expect([
    [200, undefined],
    [409, 'already_member'],
  ]).toContainEqual(outcomeOf(accepted));
  expect(await service.sql('SELECT tenant_id FROM foothold.member WHERE subject = $1', [person.subject])).toEqual([
    { tenant_id: tenantId },
  ]);
});

test('a person’s first requests, while they accept an invitation, are all answered, and the last word is their tenant', async () => {
  for (let round = 1; round <= 5; round += 1) {
    const [token, person] = [await asOne.token(), service.person()];
    const answers = await Promise.all([
      ...Array.from({ length: CROWD / 2 }, (_, n) => (n % 2 ? person.at(elsewhere) : person).view()),
      accept(person, token),
      ...Array.from({ length: CROWD / 2 }, (_, n) => (n % 2 ? person.at(elsewhere) : person).me()),
    ]);
    expect(sorted(answers)).toEqual(Array(CROWD + 1).fill('200'));
    expect((await person.view()).body.tenantId).toBe(tenantId);
    expect((await person.me()).body.tenant.id).toBe(tenantId);
  }
});

test('a first request that makes a draft while its person accepts an invitation is led to the new tenant', async () => {
  const [token, person] = [await asOne.token(), service.person()];
  // Whoever makes a draft for the same person waits for this one.
  const held = await service.holding('INSERT INTO foothold.draft_owner (subject, tenant_id) VALUES ($1, $2)', [
    person.subject,
    tenantId,
  ]);
  const viewed = person.view();
  const accepted = service.untilBlocked(1).then(() => accept(person.at(elsewhere), token));
  expect((await accepted.finally(() => held.release())).status).toBe(200);
  expect(await viewed).toMatchObject({ status: 200, body: { tenantId } });
});

const movesIn = async (id: string): Promise<number> =>
  (await service.sql('SELECT FROM foothold.onboarding_history WHERE tenant_id = $1', [id])).length;

test.each<[string, string, (person: Api) => Promise<Answer>]>([
  ['they are removed', '404 tenant_not_found', (person) => asOther.remove(person.subject)],
  ['the tenant is closed', '403 tenant_closed', () => asOther.change({ status: 'closed' })],
])('a step that was judged before %s, and would be written after, is refused', async (_, refusal, end) => {
  const person = service.person().inTenant(tenantId);
  await accept(person, await asOne.token('admin'));
  await person.view('member_tour');
  const held = await holdProgress(service, tenantId);
  const moved = person.move({ step: 'profile', action: 'complete' }, {}, 'member_tour');
  const ended = await service
    .untilBlocked(1)
    .then(() => end(person))
    .finally(() => held.release());
  expect([ended.status < 300, sorted([await moved])]).toEqual([true, [refusal]]);
  expect(await movesIn(tenantId)).toBe(0);
});

test('a draft that its owner begins while they join another tenant is archived with nothing in it, and they are told', async () => {
  const [token, person] = [await asOne.token(), service.person()];
  const draft = (await person.view()).body.tenantId;
  const held = await holdProgress(service, draft);
  const accepted = accept(person, token);
  const begun = service
    .untilBlocked(1)
    .then(() =>
      person.at(elsewhere).inTenant(draft).move({ step: 'business_info', action: 'complete', data: BUSINESS }),
    );
  await service.untilBlocked(2).finally(() => held.release());
  expect([sorted([await accepted]), sorted([await begun])]).toEqual([['200'], ['404 tenant_not_found']]);
  expect(await movesIn(draft)).toBe(0);
  expect((await person.me()).body.tenants).toMatchObject([{ id: tenantId }]);
});

test('an attestation for a draft that is being archived is told that there is no such tenant', async () => {
  const [token, person, payments] = [await asOne.token(), service.person(), await service.payments()];
  const draft = (await person.view()).body.tenantId;
  const held = await holdProgress(service, draft);
  const accepted = accept(person, token);
  const attested = service.untilBlocked(1).then(() => payments.attest(draft, { step: 'payment' }));
  await service.untilBlocked(2).finally(() => held.release());
  expect([sorted([await accepted]), sorted([await attested])]).toEqual([['200'], ['404 tenant_not_found']]);
  expect(await service.sql('SELECT FROM foothold.attestation WHERE tenant_id = $1', [draft])).toEqual([]);
});

test('a draft that its owner began just before they join another tenant is kept', async () => {
  const [token, person] = [await asOne.token(), service.person()];
  const draft = (await person.view()).body.tenantId;
  const held = await holdProgress(service, draft);
  const begun = person.move({ step: 'business_info', action: 'complete', data: BUSINESS });
  const accepted = service.untilBlocked(1).then(() => accept(person.at(elsewhere), token));
  await service.untilBlocked(2).finally(() => held.release());
  expect([sorted([await begun]), sorted([await accepted])]).toEqual([['200'], ['200']]);
  expect((await person.inTenant(draft).view()).body).toMatchObject({ tenantId: draft, currentStep: 'subscription' });
});

import { eventually } from '../support/eventually.js';
import type { Api } from '../support/api.js';
import { saveAgainAndAgain } from '../support/long-history.js';
import { newSubject, TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';
import { tracesOf } from '../support/traces.js';
import { verified } from '../support/verified.js';

/** More than are erased at once. */
const ENTRIES = 2_500;
const WORD = 'a-word-that-the-member-typed';

let service: TestService;
let owner: Api;
let member: Api;
let tenantId: string;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());
beforeEach(async () => {
  [owner, member] = [service.person(), service.person()];
  tenantId = await createTenant(service, { members: { [owner.subject]: 'owner', [member.subject]: 'member' } });
  await saveAgainAndAgain(service, {
    tenantId,
    subject: member.subject,
    entries: ENTRIES,
    data: { displayName: WORD },
  });
});

const dataOf = (subject = member.subject) => `/v1/tenants/${tenantId}/members/${encodeURIComponent(subject)}/data`;

/** Nothing of the member's history can be erased until this is released. */
const held = () =>
  service.holding(`SELECT FROM foothold.onboarding_progress WHERE subject = '${member.subject}' FOR UPDATE`);

/** Once Auth0 has followed as well. */
async function nothingIsLeft(): Promise<void> {
  await eventually(async () => (await owner.get(`${dataOf()}/receipt`)).body.receipt.levels.auth0 === 'erased');
  expect(await tracesOf(service, [member.subject, WORD])).toEqual([]);
}

describe('A04: the erasure of a member with a long history', () => {
  test('is answered with the receipt when it is done in time, and leaves nothing', async () => {
    const { status, body } = await owner.delete(dataOf());
    expect([status, body.receipt.levels.database]).toEqual([200, 'erased']);
    await nothingIsLeft();
    expect((await verified(service.database.appUrl)).findings).toEqual([]);
    const [kept] = await service.sql(
      'SELECT count(*)::integer AS entries FROM foothold.onboarding_history WHERE tenant_id = $1 AND subject = $2',
      [tenantId, body.receipt.pseudonym],
    );
    expect(kept.entries).toBe(ENTRIES);
  });

  test('is 202 with the place of its receipt otherwise; meanwhile the member is gone already', async () => {
    const lock = await held();
    const first = await owner.delete(dataOf());
    const place = first.headers.get('location')!;
    expect([first.status, place, first.body.receipt.levels.database]).toEqual([202, `${dataOf()}/receipt`, 'pending']);
    expect((await member.inTenant(tenantId).view('member_tour')).body.code).toBe('person_erased');
    expect((await owner.get(`/v1/tenants/${tenantId}/members`)).body.items).toHaveLength(1);
    const meanwhile = await owner.get(place);
    expect([meanwhile.status, meanwhile.body.receipt]).toMatchObject([200, { id: first.body.receipt.id }]);
    await lock.release();
    await eventually(async () => (await owner.get(place)).body.receipt.levels.database === 'erased');
    const last = (await owner.get(place)).body.receipt;
    expect([last.id, last.erasedAt]).toEqual([first.body.receipt.id, first.body.receipt.erasedAt]);
    await nothingIsLeft();
    expect((await verified(service.database.appUrl)).findings).toEqual([]);
  });

  test('keeps the member out until it is done, with new tokens and invitations, too', async () => {
    const lock = await held();
    await owner.delete(dataOf());
    const { body: invitation } = await owner.post(`/v1/tenants/${tenantId}/members`, { role: 'member' });
    const back = service.person(member.subject, { iat: Math.floor(Date.now() / 1000) });
    const accept = () => back.post('/v1/invitations/accept', { token: invitation.token });
    expect((await accept()).body.code).toBe('person_erased');
    await lock.release();
    await eventually(async () => (await accept()).status === 200);
    expect((await back.inTenant(tenantId).view('member_tour')).body.revision).toBe(0);
    expect((await verified(service.database.appUrl)).findings).toEqual([]);
  });

  test('is answered with a receipt to an admin who erases themselves', async () => {
    for (const table of ['member', 'membership']) {
      const where = 'WHERE tenant_id = $1 AND subject = $2';
      await service.sql(`UPDATE foothold.${table} SET role = 'admin' ${where}`, [tenantId, member.subject]);
    }
    const lock = await held();
    const { status, body } = await member.delete(dataOf());
    await lock.release();
    expect([status, body.receipt.levels.database]).toEqual([202, 'pending']);
    await nothingIsLeft();
  });

  test('is asked for once: a second request tells of the same erasure, a stranger of none', async () => {
    const answers = await Promise.all([owner.delete(dataOf()), owner.delete(dataOf())]);
    expect(new Set(answers.map(({ body }) => body.receipt.id)).size).toBe(1);
    expect((await owner.get(`${dataOf(newSubject())}/receipt`)).body.code).toBe('member_not_found');
  });
});

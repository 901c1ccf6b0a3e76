import type { Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { saveAgainAndAgain } from '../support/long-history.js';
import { newSubject, TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';
import { verified } from '../support/verified.js';

/** Several pages of 200. */
const ENTRIES = 450;

let service: TestService;
let owner: Api;
let tenantId: string;
let subject: string;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());
beforeEach(async () => {
  owner = service.person();
  subject = newSubject();
  tenantId = await createTenant(service, { members: { [owner.subject]: 'owner', [subject]: 'member' } });
});

const exportOf = (person = subject) => `/v1/tenants/${tenantId}/members/${encodeURIComponent(person)}/data`;
const PEOPLE = () => `/v1/tenants/${tenantId}/onboarding/member_tour/export`;

const writeHistory = (entries: number, displayName = 'Ada') =>
  saveAgainAndAgain(service, { tenantId, subject, entries, data: { displayName } });

describe('A04: the export of a member', () => {
  test('is complete and well-formed over many pages', async () => {
    await writeHistory(ENTRIES);
    expect((await verified(service.database.appUrl)).findings).toEqual([]);
    const { status, body, headers } = await owner.get(exportOf());
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    const { onboarding_history: history, member, bulk_job: jobs } = body.levels.database;
    expect(history.map(({ revision }: { revision: number }) => revision)).toEqual(
      Array.from({ length: ENTRIES }, (_, index) => index + 1),
    );
    expect([member.length, jobs]).toEqual([1, []]);
  });

  test('has what the member did to the part of the tenant, and with the tokens of others', async () => {
    await owner.inTenant(tenantId).move({ step: 'business_info', action: 'start' });
    const { body } = await owner.get(exportOf(owner.subject));
    expect(body.levels.database.onboarding_history).toMatchObject([{ flow_key: 'workspace', subject: '' }]);
    const acting = service.person(subject, { act: { sub: owner.subject } }).inTenant(tenantId);
    await acting.move({ step: 'profile', action: 'start' }, {}, 'member_tour');
    const again = await owner.get(exportOf(owner.subject));
    expect(again.body.levels.database.onboarding_history).toMatchObject([{ flow_key: 'workspace' }, { subject }]);
  });
});

test('A04: a caller has two exports under way at most, and another caller is not concerned', async () => {
  const other = service.person();
  await service.sql(
    `WITH seed AS (INSERT INTO foothold.member VALUES ($1, $2, 'admin', 'active', now(), now()))
     INSERT INTO foothold.membership (tenant_id, subject, role, status) VALUES ($1, $2, 'admin', 'active')`,
    [tenantId, other.subject],
  );
  // More than the sockets' buffers hold: an export that is not read does not end.
  await writeHistory(8_000, 'x'.repeat(2_000));
  const open = (as: Api, path: string) =>
    fetch(`${as.url}${path}`, { headers: { authorization: `Bearer ${as.token}` } });
  const [one, two] = [await open(owner, exportOf()), await open(owner, exportOf())];
  expect([one.status, two.status]).toEqual([200, 200]);
  for (const path of [exportOf(), PEOPLE()]) {
    const { status, body, headers } = await owner.get(path);
    expect([status, body.code, headers.get('retry-after')]).toEqual([429, 'rate_limited', '5']);
  }
  const third = await open(other, exportOf());
  expect(third.status).toBe(200);
  await two.body?.cancel();
  await Promise.all([one.text(), third.text()]);
  await eventually(async () => (await owner.get(PEOPLE())).status === 200);
});

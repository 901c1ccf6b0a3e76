import { createHmac } from 'node:crypto';
import { Administering } from '../support/administration.js';
import { key } from '../support/api.js';
import { MIRROR_SETTINGS } from '../support/mirror-settings.js';
import { TestService } from '../support/service.js';
import { sql } from '../support/sql.js';
import { createTenant } from '../support/tenants.js';

let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

const hashOf = (subject: string): string =>
  createHmac('sha256', Buffer.from(MIRROR_SETTINGS.ERASURE_KEY, 'base64'))
    .update(`foothold person\n${subject}`)
    .digest('base64url');

/** Erases the person from a tenant of their own making, and returns everything that the tenant's owner sees of it. */
async function erasedFrom(subject: string): Promise<{ seen: string; receipt: any }> {
  const owner = service.person();
  const tenantId = await createTenant(service, { members: { [owner.subject]: 'owner', [subject]: 'admin' } });
  const tenant = new Administering(owner, tenantId);
  await service.person(subject).inTenant(tenantId).move({ step: 'profile', action: 'complete' }, key(), 'member_tour');
  const { status, body } = await owner.delete(`${tenant.member(subject)}/data`);
  expect(status).toBe(200);
  const paths = ['members', 'audit', 'history', 'people', 'cases', 'erasures', 'export'];
  const answers = await Promise.all(
    paths.flatMap((path) => [
      owner.get(`/v1/tenants/${tenantId}/${path}`),
      owner.get(`/v1/tenants/${tenantId}/flows/member_tour/${path}`),
    ]),
  );
  const read = answers.filter((answer) => answer.status === 200);
  expect(read.length).toBeGreaterThan(1);
  return { seen: JSON.stringify([body, ...read.map((answer) => answer.body)]), receipt: body.receipt };
}

it('A17: what two tenants see of the erasure of one person cannot be linked, and receipts name the version of their hash', async () => {
  const { subject } = service.person();
  const [one, other] = [await erasedFrom(subject), await erasedFrom(subject)];
  for (const { seen, receipt } of [one, other]) {
    expect(seen).not.toContain(subject);
    expect(seen).not.toContain(hashOf(subject));
    expect(receipt.hashVersion).toBe(2);
  }
  const namesIn = (text: string): string[] => text.match(/[\w-]{22,}/g) ?? [];
  const shared = namesIn(one.seen).filter((name) => other.seen.includes(name));
  expect(shared).toEqual([]);
  const rows = await service.sql('SELECT person FROM foothold.erased_person WHERE person = $1', [hashOf(subject)]);
  expect(rows).toHaveLength(2);
});

it('A17: no role of the service reads a tombstone without naming its person, its tenant or being the worker', async () => {
  const read = (setting: string) =>
    sql(
      service.database.superuserUrl,
      `BEGIN; SET LOCAL ROLE foothold_app; ${setting}; SELECT person FROM foothold.erased_person`,
    );
  for (const setting of ['SELECT 1', `SET LOCAL app.subject = 'auth0|ada'`, `SET LOCAL app.person = 'x'`]) {
    expect(await read(setting)).toEqual([]);
  }
});

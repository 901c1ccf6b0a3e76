import { eventually } from '../support/eventually.js';
import { Bulk } from '../support/bulk.js';
import { newSubject, TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';

const PEOPLE = 3_000;
/** So many are moved when the admin is removed. */
const MOVED_BEFORE = 200;
const ALLOWED_MS = 1_000;

let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

it(`A08: no user is moved later than 1 s after the admin of a bulk job of ${PEOPLE} was removed`, async () => {
  const [owner, admin] = [service.person(), service.person()];
  const members = Object.fromEntries(Array.from({ length: PEOPLE }, () => [newSubject(), 'member' as const]));
  const tenantId = await createTenant(service, {
    members: { [owner.subject]: 'owner', [admin.subject]: 'admin', ...members },
  });
  const moved = async (): Promise<number> => {
    const [row] = await service.sql(
      'SELECT count(*)::integer AS moved FROM foothold.onboarding_history WHERE tenant_id = $1',
      [tenantId],
    );
    return row.moved;
  };
  const { body: job } = await new Bulk(admin, tenantId).start({ step: 'profile', action: 'complete' });
  await eventually(async () => (await moved()) >= MOVED_BEFORE);
  const removal = await owner.delete(`/v1/tenants/${tenantId}/members/${encodeURIComponent(admin.subject)}`);
  expect(removal.status).toBe(204);
  const ended = await new Bulk(owner, tenantId).ended(job.id);
  const [late] = await service.sql(
    `SELECT count(*)::integer AS moves, max(extract(epoch FROM h.recorded_at - a.recorded_at) * 1000) AS last_ms
     FROM foothold.audit a JOIN foothold.onboarding_history h USING (tenant_id)
     WHERE a.tenant_id = $1 AND a.action = 'member_removed' AND h.recorded_at > a.recorded_at`,
    [tenantId],
  );
  console.log({ movedInAll: await moved(), movedAfterRemoval: late.moves, lastMoveMs: Number(late.last_ms ?? 0) });
  expect(ended.status).toBe('cancelled');
  expect(await moved()).toBeLessThan(PEOPLE);
  expect(Number(late.last_ms ?? 0)).toBeLessThanOrEqual(ALLOWED_MS);
}, 300_000);

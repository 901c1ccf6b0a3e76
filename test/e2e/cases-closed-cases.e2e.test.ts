import { randomUUID } from 'node:crypto';
import { accept, Administering, outcomeOf } from '../support/administration.js';
import { key, type Api, type Answer } from '../support/api.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { metadataKeyOf } from '../support/mirror-truth.js';
import { hurried, syncedApp } from '../support/synced-app.js';
import { tellBusiness } from '../support/workspace.js';

let lab: MirrorLab;
let tenant: Administering;
let guest: Api;
/** An open case: the mirror of the guest knows more than the database. */
let caseId: string;
beforeAll(async () => {
  lab = await mirrorLab({ create: syncedApp(hurried(200)) });
});
afterAll(() => lab.close());
beforeEach(async () => {
  const owner = lab.person();
  const { tenantId } = await tellBusiness(owner);
  tenant = new Administering(owner, tenantId);
  guest = lab.person();
  await accept(guest, await tenant.token());
  await guest.move({ step: 'profile', action: 'complete', data: { displayName: 'Grace' } }, key(), 'member_tour');
  await lab.untilMirrored();
  caseId = randomUUID();
  await lab.service.sql(
    `INSERT INTO foothold.mirror_case (tenant_id, subject, case_id, status, found, raised_at)
     VALUES ($1, $2, $3, 'open', $4, now())`,
    [tenantId, guest.subject, caseId, JSON.stringify(lab.metadataOf(guest.subject)[metadataKeyOf(tenantId)])],
  );
});

const resolve = (resolution: string): Promise<Answer> =>
  lab.service.operator().post(tenant.at(`/cases/${caseId}/resolve`), { resolution, reason: 'They asked' });

/** The database has lost the guest, and knows their tenant. */
async function loseGuest(): Promise<void> {
  for (const table of ['onboarding_progress', 'auth0_mirror', 'membership', 'member']) {
    await lab.service.sql(`DELETE FROM foothold.${table} WHERE tenant_id = $1 AND subject = $2`, [
      tenant.tenantId,
      guest.subject,
    ]);
  }
}

test('C10: the platform is told that a case cannot be restored into a closed tenant, and may start over there', async () => {
  await loseGuest();
  expect((await tenant.change({ status: 'closed' })).status).toBe(200);
  expect(outcomeOf(await resolve('restore'))).toEqual([403, 'tenant_closed']);
  expect(outcomeOf(await guest.view())).toEqual([409, 'reconciliation_required']);
  expect((await resolve('start_over')).status).toBe(200);
  expect((await guest.me()).body.tenant.status).toBe('draft');
});

test('C10: a case of a member of a closed tenant is refused alike, and restored once it is open again', async () => {
  await lab.service.sql(
    `UPDATE foothold.onboarding_progress SET revision = 0, steps = '{}', data = '{}' WHERE tenant_id = $1 AND subject = $2`,
    [tenant.tenantId, guest.subject],
  );
  await lab.service.sql('DELETE FROM foothold.onboarding_history WHERE tenant_id = $1 AND subject = $2', [
    tenant.tenantId,
    guest.subject,
  ]);
  expect((await tenant.change({ status: 'closed' })).status).toBe(200);
  expect(outcomeOf(await resolve('restore'))).toEqual([403, 'tenant_closed']);
  expect((await tenant.change({ status: 'active' })).status).toBe(200);
  expect((await resolve('restore')).status).toBe(200);
});

test('C10: nothing is restored into an archived tenant, nor for a member who was removed', async () => {
  expect((await tenant.remove(guest.subject)).status).toBe(204);
  expect(outcomeOf(await resolve('restore'))).toEqual([404, 'member_not_found']);
  await lab.service.sql(`UPDATE foothold.tenant SET status = 'archived' WHERE tenant_id = $1`, [tenant.tenantId]);
  expect(outcomeOf(await resolve('restore'))).toEqual([409, 'tenant_status_conflict']);
  expect((await resolve('start_over')).status).toBe(200);
});

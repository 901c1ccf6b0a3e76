import { randomUUID } from 'node:crypto';
import { Administering, accept, outcomeOf } from '../support/administration.js';
import { key, type Answer } from '../support/api.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { metadataKeyOf } from '../support/mirror-truth.js';
import { hurried, syncedApp } from '../support/synced-app.js';
import { tellBusiness } from '../support/workspace.js';

let lab: MirrorLab;
beforeAll(async () => {
  lab = await mirrorLab({ create: syncedApp(hurried(200)) });
});
afterAll(() => lab.close());

it('C06: a mirror of before the erasure that is at Auth0 again does not bring the person back', async () => {
  const owner = lab.person();
  const { tenantId } = await tellBusiness(owner);
  const tenant = new Administering(owner, tenantId);
  const ada = lab.person();
  await accept(ada, await tenant.token());
  for (const action of ['complete', 'reopen', 'complete']) {
    await ada.move({ step: 'profile', action }, key(), 'member_tour');
  }
  await lab.untilMirrored();
  const earlier = lab.metadataOf(ada.subject)[metadataKeyOf(tenantId)];
  const { receipt } = (await owner.delete(`${tenant.member(ada.subject)}/data`)).body;
  await lab.untilMirrored();

  // A second life with a later token, while Auth0 holds the first one again.
  const again = lab.service.person(ada.subject, { iat: Math.ceil(Date.parse(receipt.erasedAt) / 1000) });
  await accept(again, await tenant.token());
  await lab.untilMirrored();
  await lab.service.standIn.people.changeMetadata(ada.subject, { appMetadata: { [metadataKeyOf(tenantId)]: earlier } });
  await owner.post(`/v1/tenants/${tenantId}/auth0-sync/reconcile`, { reason: 'Auth0 was restored' });
  await lab.untilMirrored();

  expect((await lab.service.operator().get(`/v1/tenants/${tenantId}/cases`)).body.items).toEqual([]);
  expect(lab.metadataOf(ada.subject)[metadataKeyOf(tenantId)]).not.toEqual(earlier);
  const { body } = await again.inTenant(tenantId).view('member_tour');
  expect(body).toMatchObject({ status: 'not_started', revision: 0 });

  // A case of the first life, as the previous build raised it.
  const caseId = randomUUID();
  await lab.service.sql(
    `INSERT INTO foothold.mirror_case (tenant_id, subject, case_id, status, found, raised_at)
     VALUES ($1, $2, $3, 'open', $4, now())`,
    [tenantId, ada.subject, caseId, JSON.stringify(earlier)],
  );
  const resolve = (resolution: string): Promise<Answer> =>
    lab.service.operator().post(`/v1/tenants/${tenantId}/cases/${caseId}/resolve`, { resolution, reason: 'Asked' });
  expect(outcomeOf(await resolve('restore'))).toEqual([410, 'person_erased']);
  expect((await resolve('start_over')).status).toBe(200);
});

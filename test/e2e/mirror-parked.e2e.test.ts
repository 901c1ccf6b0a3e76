import { eventually } from '../support/eventually.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { hurried, syncedApp } from '../support/synced-app.js';
import { tellBusiness } from '../support/workspace.js';

describe('a mirror that cannot be sent', () => {
  let lab: MirrorLab;
  beforeAll(async () => {
    lab = await mirrorLab({ create: syncedApp(hurried(200)) });
  });
  afterAll(() => lab.close());

  it('is parked where Auth0 does not know the person, says why, and is tried again on demand', async () => {
    const stranger = lab.service.person();
    const { tenantId } = await tellBusiness(stranger);
    await lab.untilMirrored();
    const report = async () => (await stranger.get(`/v1/tenants/${tenantId}/auth0-sync`)).body;
    expect(await report()).toMatchObject({
      parked: 1,
      troubled: [{ subject: stranger.subject, parked: 'The person does not exist in Auth0', mirrored: 0 }],
    });
    await lab.service.standIn.people.import([{ id: stranger.subject }]);
    await stranger.post(`/v1/tenants/${tenantId}/auth0-sync/reconcile`, {});
    await lab.untilMirrored();
    expect(await report()).toMatchObject({ parked: 0, drifted: 1 });
    expect(Object.keys(lab.metadataOf(stranger.subject))).toHaveLength(1);
  });

  it('holds no process up that stops while Auth0 hangs', async () => {
    const { standIn } = lab.service;
    standIn.faults.add({ operation: 'any', kind: 'hang' });
    standIn.requests.clear();
    await tellBusiness(lab.person());
    await eventually(async () => standIn.requests.list().length > 0);
    await lab.service.stopApps();
  });
});
